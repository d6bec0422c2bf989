//! The migration lens: what the project's older service would become in the newer one, what would not
//! survive, and, in the sandbox, the migration itself.

mod export;
mod losses;
mod promise;
mod result;
mod run;
mod today;

use std::sync::Arc;

use contract::migration::{Loss, Plan, Present, moved_days, plan};
use contract::operations::Service;
use leptos::prelude::*;

use crate::api::{Api, ApiError, gathered, migration_status, use_api};
use crate::clock::use_clock;
use crate::format::{count, gigabytes};
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view, refresh_bar};
use crate::session::use_session;
use crate::ui::{Card, EmptyState, Glyph, Notice, TextLink, Tone, use_zone};

use run::{Phase, run_card};

/// Which services there are, and whether they are the sandbox's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Has {
    older: bool,
    newer: bool,
    sandbox: bool,
}

/// What there is, and what it becomes.
struct Seen {
    present: Present,
    plan: Plan,
}

/// The way here from the lists of policies and vaults, for projects that have something to migrate.
pub fn migration_link() -> AnyView {
    if !use_session().has(Service::Csbs) {
        return ().into_any();
    }
    let href = use_paths().migration();
    view! { " " <TextLink href=href>"What migrating to CBR would do"</TextLink> }.into_any()
}

async fn look(api: Api, has: Has) -> Result<Seen, ApiError> {
    let present = Present::from(gathered(api, has.older, has.newer).await?);
    let plan = plan(&present);
    Ok(Seen { present, plan })
}

/// The page.
pub fn migration_page() -> AnyView {
    let session = use_session();
    let has = Has {
        older: session.has(Service::Csbs),
        newer: session.has(Service::Cbr),
        sandbox: session.is_sandbox(),
    };
    let seen = Query::new(move |api| look(api, has));
    let asks = has.sandbox && has.newer;
    let status = Query::new(move |api| async move {
        match asks {
            true => migration_status(api).await,
            false => Ok(None),
        }
    })
    .polled(|status| match status {
        Some(status) if status.status == "migrating" => Pace::Lively,
        _ => Pace::Calm,
    });
    let project = use_api().project();
    let phase = Memo::new(move |_| {
        let status = status.data();
        let status = status.as_ref().and_then(|status| status.as_ref().as_ref());
        status.map_or(Phase::NotBegun, |status| Phase::of(status, &project))
    });
    // When it is over, what there was is not what there is.
    Effect::new(move |before: Option<bool>| {
        let running = matches!(phase.get(), Phase::Running(_));
        if before == Some(true) && !running {
            seen.refresh();
        }
        running
    });
    let lead = || {
        view! {
            "What this project’s policies, servers and backups of CSBS would become in CBR, and what would not survive. Looking changes nothing."
        }
        .into_any()
    };
    let content = move |seen: Signal<Arc<Seen>>| content(seen, phase);
    view! {
        <Page title="Migration to CBR" lead=lead actions=move || refresh_bar(seen, "migration plan")>
            {run_card(seen, status, phase, has)}
            {if has.older {
                query_view(seen, "migration plan", content)
            } else {
                no_older_service()
            }}
        </Page>
    }
    .into_any()
}

fn no_older_service() -> AnyView {
    let paths = use_paths();
    view! {
        <EmptyState title="There is nothing to migrate" icon=Glyph::Check>
            <p>
                "This project has no Cloud Server Backup Service. What it has is in its "
                <TextLink href=paths.vaults()>"vaults"</TextLink> " already."
            </p>
        </EmptyState>
    }
    .into_any()
}

fn content(seen: Signal<Arc<Seen>>, phase: Memo<Phase>) -> AnyView {
    let empty = Memo::new(move |_| seen.with(|seen| seen.plan.is_empty()));
    let done = Memo::new(move |_| phase.get() == Phase::Done);
    let face = move || {
        if empty.get() {
            return nothing(seen, done.get());
        }
        view! {
            {done.get().then(|| view! {
                <Notice tone=Tone::Warning title="What CSBS has now came after the migration">
                    <p>"A project is migrated once. What is listed here stays in CSBS unless somebody makes it anew in CBR."</p>
                </Notice>
            })}
            <Card title="In short">{summary(seen)}</Card>
            <Card title="Today and afterwards">{today::today(seen)}</Card>
            <Card title="What does not survive as it is">{losses::losses(seen, all_losses(seen))}</Card>
            <Card title="Take the plan along">{export::export(seen)}</Card>
        }
        .into_any()
    };
    view! { {face} }.into_any()
}

/// Nothing would be made; some backups may stay where they are all the same.
fn nothing(seen: Signal<Arc<Seen>>, done: bool) -> AnyView {
    let paths = use_paths();
    let title = if done {
        "This project has been migrated"
    } else {
        "There is nothing to migrate"
    };
    let staying = Memo::new(move |_| seen.with(|seen| !seen.plan.losses.is_empty()));
    view! {
        <EmptyState title=title icon=Glyph::Check>
            <p>
                "CSBS has no policy in this project, and no backup that could be moved. New backups are made in the "
                <TextLink href=paths.vaults()>"vaults"</TextLink> "."
            </p>
        </EmptyState>
        {move || staying.get().then(|| view! {
            <Card title="What stays in CSBS">{losses::losses(seen, all_losses(seen))}</Card>
        })}
    }
    .into_any()
}

/// The losses of the plan, and the weekdays that are others on the reader's clock.
fn all_losses(seen: Signal<Arc<Seen>>) -> Memo<Vec<Loss>> {
    let (clock, zone) = (use_clock(), use_zone());
    let offset = Memo::new(move |_| {
        let zone = zone.get();
        (zone.title(), zone.offset(clock.now()) * 60)
    });
    Memo::new(move |_| {
        let (title, offset) = offset.get();
        seen.with(|seen| {
            let mut losses = seen.plan.losses.clone();
            losses.extend(moved_days(&seen.plan, &title, offset));
            losses.sort_by_key(Loss::weight);
            losses
        })
    })
}

fn summary(seen: Signal<Arc<Seen>>) -> AnyView {
    let text = move || {
        seen.with(|seen| {
            let (plan, present) = (&seen.plan, &seen.present);
            let moving = plan.vaults.iter().map(|vault| vault.backups.len()).sum();
            let staying = present.backups.len().saturating_sub(moving);
            let mut text = format!(
                "{} and {} of CSBS become {} with {} together and {} of CBR.",
                count(present.policies.len(), "policy", "policies"),
                count(moving, "backup", "backups"),
                count(plan.vaults.len(), "vault", "vaults"),
                gigabytes(u64::try_from(plan.size_gb()).unwrap_or_default()),
                count(plan.policies.len(), "policy", "policies"),
            );
            if staying > 0 {
                text.push_str(&format!(
                    " {} {} behind.",
                    count(staying, "backup", "backups"),
                    if staying == 1 { "stays" } else { "stay" }
                ));
            }
            text
        })
    };
    let there = move || {
        let vaults = seen.with(|seen| seen.present.vaults.len());
        let text = format!(
            "The {} that CBR has already {} left alone: the migration makes its own.",
            count(vaults, "vault", "vaults"),
            if vaults == 1 { "is" } else { "are" }
        );
        (vaults > 0).then(|| view! { <p>{text}</p> })
    };
    view! { <p class="migration-summary">{text}</p> {there} }.into_any()
}
