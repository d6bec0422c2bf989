//! The migration itself: begun in the sandbox, watched, and what it made.

use std::sync::Arc;

use contract::cbr::tasks::MigrationStatus;
use contract::errors::lookup_all;
use leptos::prelude::*;

use super::promise::Promise;
use super::result::result;
use super::{Has, Seen};
use crate::api::{ApiError, operation_id, start_migration, use_api};
use crate::format::{count, gigabytes};
use crate::query::Query;
use crate::session::use_session;
use crate::tasks::use_tasks;
use crate::ui::{Button, ButtonKind, Card, Confirm, Glyph, Notice, Progress, Tone};

/// How far the migration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It was never begun, or nobody can say.
    NotBegun,
    /// It runs; percent where known.
    Running(Option<u8>),
    /// It is over.
    Done,
    /// It failed: the service's code and words.
    Failed(String, String),
}

impl Phase {
    /// What the service says about a project; of a status nobody has heard of, that it runs.
    pub fn of(status: &MigrationStatus, project: &str) -> Self {
        let Some(own) = status.of_project(project) else {
            return Self::NotBegun;
        };
        match own.status.as_str() {
            _ if !own.is_over() => Self::Running(own.percent()),
            "failed" => Self::Failed(own.fail_code.clone(), own.fail_reason.clone()),
            _ => Self::Done,
        }
    }
}

/// The card at the head of the page.
pub fn run_card(
    seen: Query<Seen>,
    status: Query<Option<MigrationStatus>>,
    phase: Memo<Phase>,
    has: Has,
) -> AnyView {
    let open = RwSignal::new(false);
    // Progress moves within the card; only another kind of phase builds it anew.
    let kind = Memo::new(move |_| match phase.get() {
        Phase::Running(_) => Phase::Running(None),
        other => other,
    });
    let percent = Signal::derive(move || match phase.get() {
        Phase::Running(percent) => percent,
        _ => None,
    });
    let card = move || match kind.get() {
        _ if !has.older && kind.get() != Phase::Done => ().into_any(),
        Phase::NotBegun => begin_card(seen, open, has),
        Phase::Running(_) => view! {
            <Card title="The migration is running">
                <Progress label="Migration" percent=percent/>
                <p>"You may leave this page, or close it: it goes on, and is found here again."</p>
            </Card>
        }
        .into_any(),
        Phase::Done => result(),
        Phase::Failed(code, reason) => failed_card(seen, open, has, &code, reason),
    };
    let said = move || match kind.get() {
        Phase::Running(_) => "The migration is running.",
        Phase::Done => "The migration is done.",
        _ => "",
    };
    view! {
        <p class="visually-hidden" role="status">{said}</p>
        {card}
        {has.sandbox.then(|| dialog(seen, status, open))}
    }
    .into_any()
}

/// Why it cannot be begun here; `None` when it can.
fn blocked_by(seen: Option<&Seen>, has: Has) -> Option<String> {
    if !has.newer {
        return Some("The project has no CBR to migrate to.".to_owned());
    }
    if !has.sandbox {
        return Some(
            "This console begins migrations in the sandbox only; in a cloud the vendor’s console does."
                .to_owned(),
        );
    }
    let Some(seen) = seen else {
        return Some("The plan is not known yet.".to_owned());
    };
    if let Some(blocker) = seen.plan.blockers().next() {
        return Some(format!("{} {}", blocker.what(), blocker.way_out()));
    }
    seen.plan
        .is_empty()
        .then(|| "There is nothing to migrate.".to_owned())
}

fn begin_button(seen: Query<Seen>, open: RwSignal<bool>, has: Has) -> AnyView {
    let blocked = Signal::derive(move || blocked_by(seen.data().as_deref(), has));
    view! {
        <Button kind=ButtonKind::Primary icon=Glyph::Arrow blocked=blocked on_press=move || open.set(true)>
            "Run it here"
        </Button>
    }
    .into_any()
}

fn begin_card(seen: Query<Seen>, open: RwSignal<bool>, has: Has) -> AnyView {
    let text = if has.sandbox {
        view! {
            <p>"In the sandbox the migration can be tried: it runs as in the cloud, once and one way, and the result is held against the plan below."</p>
        }
        .into_any()
    } else {
        view! {
            <p>
                "In a cloud the account’s administrator begins the migration in the vendor’s console for CBR, with “Migrate to CBR”: once for the account, one way, "
                "for all its projects. The vendor’s SDK has an operation for it (POST /v3/migrates); the public reference of these clouds has not, so this console does not send it."
            </p>
            <p>"Clear away below what is in the way, and export the plan to compare it with the result."</p>
        }
        .into_any()
    };
    view! { <Card title="Begin the migration">{text} {begin_button(seen, open, has)}</Card> }
        .into_any()
}

fn failed_card(
    seen: Query<Seen>,
    open: RwSignal<bool>,
    has: Has,
    code: &str,
    reason: String,
) -> AnyView {
    let text = lookup_all(code, 0).map_or_else(String::new, |text| {
        format!("{} {}", text.meaning, text.remedy)
    });
    let reference = match (code, reason.as_str()) {
        ("", reason) => reason.to_owned(),
        (code, "") => code.to_owned(),
        (code, reason) => format!("{code} “{reason}”"),
    };
    view! {
        <Card title="The migration failed">
            <Notice tone=Tone::Bad title="Nothing was changed: CSBS goes on as before">
                <p>{text}</p>
                <p class="reference"><bdi>{reference}</bdi></p>
            </Notice>
            {begin_button(seen, open, has)}
        </Card>
    }
    .into_any()
}

/// The question before it begins: one way, so the project's name is asked for.
fn dialog(
    seen: Query<Seen>,
    status: Query<Option<MigrationStatus>>,
    open: RwSignal<bool>,
) -> AnyView {
    let (api, session, promise) = (use_api(), use_session(), StoredValue::new(Promise::open()));
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let name = Signal::derive(move || Some(session.project_name()));
    let title = Signal::derive(move || format!("Migrate {} to CBR?", session.project_name()));
    let once = StoredValue::new(String::new());
    let tasks = use_tasks();
    Effect::new(move |_| {
        if open.get() {
            once.set_value(operation_id());
            failure.set(None);
        }
    });
    let confirm = move |()| {
        let Some(seen) = seen.data_untracked() else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        promise.with_value(|promise| promise.note(&seen.plan));
        let (percent, once) = (seen.plan.spare_percent, once.get_value());
        leptos::task::spawn_local(async move {
            match start_migration(api, percent, &once).await {
                Ok(()) => {
                    status.refresh();
                    tasks.look_now();
                    open.try_set(false);
                }
                Err(error) => {
                    failure.try_set(Some(words(&error)));
                }
            }
            busy.try_set(false);
        });
    };
    let consequences = move || consequences(seen.data());
    view! {
        <Confirm open=open title=title verb="Migrate the project" typed_name=name busy=busy failure=failure
            safe_verb="Keep CSBS" on_confirm=confirm>
            {consequences()}
        </Confirm>
    }
    .into_any()
}

fn words(error: &ApiError) -> String {
    let text = lookup_all(error.code(), 0).map(|text| format!("{} {}", text.meaning, text.remedy));
    text.unwrap_or_else(|| error.to_string())
}

fn consequences(seen: Option<Arc<Seen>>) -> AnyView {
    let Some(seen) = seen else {
        return ().into_any();
    };
    let plan = &seen.plan;
    let moving = plan.vaults.iter().map(|vault| vault.backups.len()).sum();
    let lost = plan
        .losses
        .iter()
        .filter(|loss| loss.weight() <= contract::migration::Weight::Changed)
        .count();
    let lines = [
        format!(
            "{} with {} are made, and {} of CBR.",
            count(plan.vaults.len(), "vault", "vaults"),
            gigabytes(u64::try_from(plan.size_gb()).unwrap_or_default()),
            count(plan.policies.len(), "policy", "policies"),
        ),
        format!(
            "{} of CSBS {} deleted, and {} move into the vaults.",
            count(seen.present.policies.len(), "policy", "policies"),
            if seen.present.policies.len() == 1 {
                "is"
            } else {
                "are"
            },
            count(moving, "backup", "backups"),
        ),
        match lost {
            0 => "Everything goes on as it is.".to_owned(),
            lost => format!(
                "{} on this page will be lost or different.",
                count(lost, "point", "points")
            ),
        },
        "There is no way back: CBR cannot return anything to CSBS.".to_owned(),
    ];
    let lines = lines.map(|line| view! { <li>{line}</li> }).collect_view();
    view! { <ul>{lines}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn phase(status: serde_json::Value) -> Phase {
        Phase::of(&serde_json::from_value(status).expect("a status"), "p1")
    }

    #[test]
    fn the_own_project_counts_and_unknown_words_mean_that_it_runs() {
        let of = |own: serde_json::Value| {
            phase(
                json!({"status": "failed", "project_status": [{"project_id": "p0", "status": "failed"}, own]}),
            )
        };
        assert_eq!(
            of(json!({"project_id": "p1", "status": "thawing", "progress": "40"})),
            Phase::Running(Some(40))
        );
        assert_eq!(
            of(json!({"project_id": "p1", "status": "success"})),
            Phase::Done
        );
        assert_eq!(
            of(
                json!({"project_id": "p1", "status": "failed", "fail_code": "X", "fail_reason": "y"})
            ),
            Phase::Failed("X".to_owned(), "y".to_owned())
        );
        assert_eq!(phase(json!({"project_status": null})), Phase::NotBegun);
    }
}
