//! Step 4: the deed by name, the exact requests, the typed name, and one submit.

use contract::model::{Backup, Generation, ResourceKind, Server, ServerStatus};
use contract::operations::{cbr, csbs};
use contract::request::RequestText;
use leptos::prelude::*;

use super::PROGRESS;
use super::draft::Step;
use super::known::Known;
use super::run::{Run, Safety, Stage, usual_seconds};
use super::runner::Runner;
use super::target::{disk_name, volume_name};
use super::wizard::{Verdict, Wizard, problem_of, use_go};
use crate::api::{self, ApiError, operation_id};
use crate::form::{Field, Problem, TextInput};
use crate::ui::confirm::is_typed;
use crate::ui::{
    Button, ButtonKind, Card, CodeBlock, Details, Fact, Facts, Notice, Time, TimeShape, Tone,
    use_zone,
};

pub(super) fn view(wizard: Wizard) -> AnyView {
    let typed = RwSignal::new(String::new());
    // One id for what is shown and what is sent.
    let id = StoredValue::new(operation_id());
    view! {
        <div class="wizard-step-body">
            {summary(wizard)}
            {requests(wizard, id)}
            {submit(wizard, typed, id)}
        </div>
    }
    .into_any()
}

fn summary(wizard: Wizard) -> AnyView {
    let backup = Memo::new(move |_| wizard.backup());
    let target_title = move || match wizard.kind() {
        ResourceKind::Volume => "Target volume".to_owned(),
        ResourceKind::FileSystem => "File system".to_owned(),
        _ => "Target server".to_owned(),
    };
    let at = Signal::derive(move || backup.get().and_then(|backup| backup.created_at));
    let mapping = move || {
        let (known, backup) = (wizard.data()?, backup.get()?);
        if backup.resource() == ResourceKind::FileSystem {
            let whole = view! { <li>"Everything in "<bdi>{wizard.target_name()}</bdi></li> };
            return Some(whole.into_any());
        }
        let plan = wizard.plan();
        let targets = known.targets(&plan);
        Some(
            backup
                .disks
                .iter()
                .map(|disk| {
                    let volume = plan
                        .volume_of(&disk.id)
                        .and_then(|id| targets.iter().find(|v| v.id == id));
                    let to = volume.map_or("no volume".to_owned(), volume_name);
                    view! { <li><bdi>{disk_name(disk)}</bdi>" → "<bdi>{to}</bdi></li> }
                })
                .collect_view()
                .into_any(),
        )
    };
    let then = move || {
        if wizard.plan().power_on {
            "The server is started"
        } else {
            "The server stays stopped"
        }
    };
    let first = move || {
        if wizard.draft.with(super::draft::RestoreDraft::wants_safety) {
            "A safety backup of the target"
        } else {
            "Nothing: no safety backup"
        }
    };
    let reason = move || {
        let reason = wizard.draft.with(|draft| draft.reason.trim().to_owned());
        if reason.is_empty() {
            "—".to_owned()
        } else {
            reason
        }
    };
    view! {
        <Card title="What you are about to do">
            <Facts>
                <Fact name="Backup">{move || backup.get().map(|backup| backup.name)}</Fact>
                <Fact name="Made"><Time at=at shape=TimeShape::Both/></Fact>
                {move || view! { <Fact name=target_title()>{wizard.target_name()}</Fact> }}
                <Fact name="First">{first}</Fact>
                <Fact name="Overwritten"><ul>{mapping}</ul></Fact>
                {move || wizard.kind().is_server().then(|| view! { <Fact name="Afterwards">{then}</Fact> })}
                <Fact name="Reason">{reason}</Fact>
            </Facts>
        </Card>
    }
    .into_any()
}

fn requests(wizard: Wizard, id: StoredValue<String>) -> AnyView {
    let restore = Memo::new(move |_| {
        let plan = wizard.plan();
        match plan.generation {
            Generation::Csbs => {
                RequestText::new(&csbs::RESTORES_CREATE, &[]).with_body(&plan.to_request())
            }
            Generation::Cbr => RequestText::new(&cbr::BACKUPS_RESTORE, &[&plan.backup])
                .with_body(&plan.to_cbr_request()),
        }
    });
    let safety = Memo::new(move |_| {
        wizard.draft.track();
        let run = new_run(wizard, wizard.now(), id.get_value());
        Some(match run.plan.generation {
            Generation::Csbs => RequestText::new(&csbs::BACK_UP_SERVER, &[&run.plan.server])
                .with_body(&run.safety_request()?),
            Generation::Cbr => RequestText::new(&cbr::CHECKPOINTS_CREATE, &[])
                .with_body(&run.vault_safety_request()?),
        })
    });
    view! {
        <Details summary="Show the requests">
            {move || safety.get().map(|request| view! {
                <h3>"Safety backup"</h3>
                <CodeBlock code=request.to_http() what="request of the safety backup"/>
            })}
            <h3>"Restore"</h3>
            <CodeBlock code=Signal::derive(move || restore.read().to_http()) what="request of the restore"/>
            <h3>"As a command"</h3>
            <CodeBlock code=Signal::derive(move || restore.read().to_curl()) what="curl command of the restore"/>
        </Details>
    }
    .into_any()
}

/// `Overwrite web-01 from 14 Mar 02:00`.
fn deed(target: &str, when: &str) -> String {
    format!("Overwrite {target} from {when}")
}

/// The name to type, and what is going to happen to whom: a running server, or one that uses the volume.
fn warning(wizard: Wizard) -> Option<(String, String)> {
    let running = |server: &&Server| server.status == ServerStatus::Active;
    let (name, title) = match wizard.kind() {
        ResourceKind::Volume => {
            let (known, plan) = (wizard.data()?, wizard.plan());
            let users: Vec<&str> = known
                .users_of(plan.target())
                .into_iter()
                .filter(running)
                .map(|server| server.name.as_str())
                .collect();
            let name = known.target_name(&plan);
            let title = format!("{} is running and uses {name}", users.first()?);
            (name, title)
        }
        ResourceKind::FileSystem => {
            let name = wizard.target_name();
            let title = format!("Whoever uses {name} loses what was written since");
            (name, title)
        }
        _ => {
            let name = wizard.target().as_ref().filter(running)?.name.clone();
            let title = format!("{name} is running and will be shut down");
            (name, title)
        }
    };
    (!name.is_empty()).then_some((name, title))
}

fn submit(wizard: Wizard, typed: RwSignal<String>, id: StoredValue<String>) -> AnyView {
    let zone = use_zone();
    let runner = StoredValue::new(Runner::open());
    let go = StoredValue::new(use_go());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let warned = Memo::new(move |_| warning(wizard));
    let needed = Memo::new(move |_| warned.get().map(|(name, _)| name));
    let label = move || {
        let when = wizard.backup().and_then(|backup| backup.created_at).map_or(
            "the backup".to_owned(),
            |at| {
                let civil = zone.with(|zone| zone.civil(at));
                let date = civil.date();
                format!(
                    "{} {}",
                    date.rsplit_once(' ').map_or(date.as_str(), |(day, _)| day),
                    civil.clock()
                )
            },
        );
        let deed = match wizard.target_name().as_str() {
            "" => "Overwrite the target".to_owned(),
            name => deed(name, &when),
        };
        if wizard.draft.with(super::draft::RestoreDraft::wants_safety) {
            format!(
                "Back up first, then {}{}",
                deed[..1].to_lowercase(),
                &deed[1..]
            )
        } else {
            deed
        }
    };
    let press = move || {
        if busy.get_untracked()
            || wizard
                .draft
                .with_untracked(|draft| draft.submitted.is_some())
        {
            return;
        }
        let mut problems = wizard.problems_at(Step::Review);
        if let Some(name) = needed.get_untracked()
            && !is_typed(&name, &typed.read_untracked())
        {
            problems.push(Problem::at(
                "restore-typed",
                format!("Name of the target: type {name} to confirm that it is overwritten."),
            ));
        }
        let stuck = !problems.is_empty();
        wizard.problems.show(problems);
        if stuck {
            return;
        }
        busy.set(true);
        failure.set(None);
        let run = new_run(wizard, wizard.now(), id.get_value());
        leptos::task::spawn_local(async move {
            let checked = recheck(wizard, &run).await;
            // Whoever left before it was sent did not want it sent.
            if wizard.is_gone() {
                return;
            }
            match checked {
                Ok(()) => {
                    let backup = run.plan.backup.clone();
                    // Sent means sent: the draft says so before the request leaves.
                    wizard
                        .draft
                        .update(|draft| draft.submitted = Some(run.id.clone()));
                    wizard.remember();
                    runner.with_value(|runner| runner.begin(run));
                    go.with_value(|go| go(&backup, PROGRESS, true));
                }
                Err(Stuck::At(step, problems)) => {
                    busy.set(false);
                    go.with_value(|go| wizard.resolve_at(step, Step::Review, problems, go));
                }
                Err(Stuck::Failed(text)) => {
                    busy.set(false);
                    failure.set(Some(text));
                }
            }
        });
    };
    let lost = move || {
        let what = wizard.overwritten();
        if wizard.kind().is_server() {
            format!("Whoever uses it now is cut off, and what is on {what} is replaced.")
        } else {
            format!("What is on {what} now is replaced with what was on it then.")
        }
    };
    let field =
        move || {
            warned.get().map(|(name, title)| view! {
            <Notice tone=Tone::Bad title=title>
                <p>{lost}</p>
            </Notice>
            <div class="wizard-narrow">
                <Field id="restore-typed" label=format!("Type {name} to confirm") required=true
                    message=Signal::derive(move || wizard.problems.message("restore-typed"))>
                    <TextInput value=typed on_input=move |text| typed.set(text)/>
                </Field>
            </div>
        })
        };
    view! {
        <div class="wizard-deed">
            {field}
            {move || failure.get().map(|text| view! {
                <Notice tone=Tone::Bad title="Nothing was started" announce=true><p>{text}</p></Notice>
            })}
            <Button kind=ButtonKind::Danger busy=busy on_press=press>{label}</Button>
        </div>
    }
    .into_any()
}

fn new_run(wizard: Wizard, now: contract::time::Timestamp, id: String) -> Run {
    let backup: Option<Backup> = untrack(|| wizard.backup());
    let server = untrack(|| wizard.target());
    let draft = wizard.draft.get_untracked();
    let known = untrack(|| wizard.data());
    let plan = draft.plan(server.as_ref());
    let vault = known
        .as_ref()
        .and_then(|known| known.protection.vault_of(plan.target()))
        .map_or_else(String::new, |vault| vault.id.clone());
    let target_name = known.map_or_else(String::new, |known| known.target_name(&plan));
    let safety = draft.wants_safety().then(|| Safety {
        once: operation_id(),
        name: Run::safety_name(&id),
        backup_id: String::new(),
        vault: vault.clone(),
    });
    Run {
        plan,
        backup_name: backup.as_ref().map(|b| b.name.clone()).unwrap_or_default(),
        backup_micros: backup
            .as_ref()
            .and_then(|b| b.created_at)
            .map(|at| at.micros()),
        server_name: target_name,
        os: server.map(|s| s.os_type).unwrap_or_default(),
        reason: draft.reason.trim().to_owned(),
        made_micros: now.micros(),
        usual_seconds: backup.as_ref().and_then(usual_seconds),
        stage: if safety.is_some() {
            Stage::SafetySent
        } else {
            Stage::Sent
        },
        safety,
        restore_id: String::new(),
        started_micros: None,
        progress: None,
        done: Vec::new(),
        id,
    }
}

/// Why a restore is not sent after all.
enum Stuck {
    /// It can be resolved on this step.
    At(Step, Vec<Problem>),
    /// It could not be found out.
    Failed(String),
}

/// Looks once more, right before it is sent: the world may have changed since the first step.
async fn recheck(wizard: Wizard, run: &Run) -> Result<(), Stuck> {
    let api = wizard.api();
    let known = Known::fetch(api, run.plan.backup.clone())
        .await
        .map_err(|error| match error {
            ApiError::Refused { status: 404, .. } => Stuck::At(
                Step::Point,
                vec![Problem::at(
                    "restore-points",
                    "The backup no longer exists. Choose another one.",
                )],
            ),
            error => Stuck::Failed(format!(
                "The last check before the restore could not be made. {error}"
            )),
        })?;
    let refusals = known.all.refusals(&run.plan);
    let step = refusals.iter().map(Step::of).min();
    if !wizard.is_gone() {
        wizard.known.put(known, wizard.now());
    }
    if let Some(step) = step {
        return Err(Stuck::At(step, refusals.iter().map(problem_of).collect()));
    }
    if !run.plan.generation.capabilities().restore_check {
        return Ok(());
    }
    let answer = api::can_be_restored(api, &run.plan.to_check()).await;
    let verdict = Verdict {
        plan: run.plan.clone(),
        answer,
    };
    if let Some((code, text)) = verdict.refusal() {
        let step = Step::of_code(&code).unwrap_or(Step::Check);
        let field = if step == Step::Check {
            "service-check"
        } else {
            ""
        };
        return Err(Stuck::At(
            step,
            vec![Problem::at(
                field,
                format!("The service refuses ({code}): {text}"),
            )],
        ));
    }
    Ok(())
}
