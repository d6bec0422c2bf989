//! Step 3: our check beside the service's, what will happen, and what can be done about it first.

use contract::model::{ResourceKind, ServerStatus};
use contract::restore::{DiskOutcome, RestorePlan, RestoreRefusal, loss, outcomes};
use leptos::prelude::*;

use super::draft::{MAX_REASON, Step};
use super::known::Known;
use super::target::size;
use super::wizard::{Verdict, Wizard};
use crate::api::{self, ApiError};
use crate::clock::use_clock;
use crate::form::{Checkbox, Field, TextArea};
use crate::format::duration;
use crate::layout::use_paths;
use crate::query::Query;
use crate::ui::{Button, Card, Choice, Glyph, Icon, Notice, Pick, TextLink, Tone, use_zone};

pub(super) fn view(wizard: Wizard) -> AnyView {
    // What was read when the wizard was opened may be old by now.
    wizard.known.refresh();
    view! {
        <div class="wizard-step-body">
            <div class="wizard-pair">{ours(wizard)}{services(wizard)}</div>
            {consequences(wizard)}
            {before_and_after(wizard)}
        </div>
    }
    .into_any()
}

fn ours(wizard: Wizard) -> AnyView {
    let entries = move || {
        let refusals = wizard.refusals.get();
        if refusals.is_empty() {
            return view! {
                <Notice tone=Tone::Good title="Nothing stands against it">
                    <p>"Every documented reason to refuse a restore was checked with what the service says about the backup and its target."</p>
                </Notice>
            }
            .into_any();
        }
        let entries = refusals
            .into_iter()
            .map(|refusal| entry(wizard, refusal))
            .collect_view();
        view! { <ul class="wizard-list">{entries}</ul> }.into_any()
    };
    view! {
        <Card title="Our check" actions=move || view! {
            <Button icon=Glyph::Refresh busy=wizard.known.loading() on_press=move || wizard.known.refresh()>"Check again"</Button>
        }.into_any()>
            <div aria-live="polite">{entries}</div>
        </Card>
    }
    .into_any()
}

fn entry(wizard: Wizard, refusal: RestoreRefusal) -> AnyView {
    let paths = use_paths();
    let step = Step::of(&refusal);
    let (href, code) = wizard.draft.with_untracked(|draft| {
        let href = paths.restore(&draft.plan.backup, step.word());
        (href, refusal.code_in(draft.plan.generation))
    });
    view! {
        <li class="field-message">
            <Icon of=Glyph::Warning/>
            <span>{refusal.to_string()}" "{refusal.way_out()}" "<span class="reference">{code}</span>" "
                <TextLink href=href>{format!("To {}", step.title().to_lowercase())}</TextLink></span>
        </li>
    }
    .into_any()
}

fn services(wizard: Wizard) -> AnyView {
    let checks = Memo::new(move |_| {
        let generation = wizard.draft.with(|draft| draft.plan.generation);
        generation.capabilities().restore_check
    });
    view! {
        {move || if checks.get() { asked(wizard) } else { not_asked() }}
    }
    .into_any()
}

fn not_asked() -> AnyView {
    view! {
        <Card title="The service's check">
            <div id="service-check" tabindex="-1">
                <p>"This service has no check of its own before a restore. It decides by the same documented rules when the restore is asked for; if it refuses, nothing has been overwritten."</p>
            </div>
        </Card>
    }
    .into_any()
}

fn asked(wizard: Wizard) -> AnyView {
    let plan = Memo::new(move |_| wizard.plan());
    let answer = Query::new(move |api| {
        let asked = plan.get();
        async move {
            let answer = api::can_be_restored(api, &asked.to_check()).await;
            if answer == Err(ApiError::SessionEnded) {
                return Err(ApiError::SessionEnded);
            }
            Ok(Verdict {
                plan: asked,
                answer,
            })
        }
    });
    Effect::new(move |_| {
        if let Some(verdict) = answer.data() {
            wizard.verdict.set(Some((*verdict).clone()));
        }
    });
    let agreed = move || wizard.refusals.with(Vec::is_empty);
    let content = move || {
        match answer.data() {
        None => view! { <p role="status">"Asking the service …"</p> }.into_any(),
        Some(verdict) => match (verdict.answer.clone(), verdict.refusal()) {
            (Err(error), _) => view! {
                <Notice tone=Tone::Warning title="The service could not be asked">
                    <p>{error.to_string()}</p>
                    <p>"The restore can be tried without its answer; it checks again by itself."</p>
                </Notice>
            }
            .into_any(),
            (Ok(_), Some((code, text))) => view! {
                <Notice tone=Tone::Bad title=format!("The service refuses ({code})")>
                    <p>{text}</p>
                    {agreed().then(|| view! { <p>"Our own check found nothing; the service knows more than its lists tell."</p> })}
                </Notice>
            }
            .into_any(),
            (Ok(_), None) => view! {
                <Notice tone=Tone::Good title="The service would accept it">
                    {(!agreed()).then(|| view! { <p>"Our own check still found something; resolve it before going on."</p> })}
                </Notice>
            }
            .into_any(),
        },
    }
    };
    view! {
        <Card title="The service's check" actions=move || view! {
            <Button icon=Glyph::Refresh busy=answer.loading() on_press=move || answer.refresh()>"Ask again"</Button>
        }.into_any()>
            <div id="service-check" tabindex="-1" aria-live="polite">{content}</div>
        </Card>
    }
    .into_any()
}

fn consequences(wizard: Wizard) -> AnyView {
    let clock = use_clock();
    let zone = use_zone();
    let lost = move || {
        let backup = wizard.backup()?;
        let lost = loss(&backup, clock.ticking())?;
        let target = wizard.target_name();
        let of = if wizard.kind().is_server() {
            " of "
        } else {
            " "
        };
        let since = zone.with(|zone| zone.exact(lost.since));
        let title = if lost.seconds < 60 {
            "Next to nothing is lost: the backup has only just been made".to_owned()
        } else {
            format!("{} of data are lost", duration(lost.seconds))
        };
        Some(view! {
            <Notice tone=Tone::Warning title=title>
                <p>"Everything written to "{wizard.overwritten()}{of}<bdi>{target}</bdi>{format!(" after {since} is gone. A restore cannot be stopped or undone; only a backup made before it brings the present state back.")}</p>
            </Notice>
        })
    };
    let list = move || {
        let known = wizard.data()?;
        let plan = wizard.plan();
        let all = outcomes_of(wizard, &known, &plan);
        Some(all.into_iter().map(outcome).collect_view())
    };
    view! {
        <Card title="What will happen">
            {lost}
            <ul class="wizard-list">{list}</ul>
        </Card>
    }
    .into_any()
}

/// What happens to the disks, or to the file system. Of a restore to a single volume nothing but that volume is said.
fn outcomes_of(wizard: Wizard, known: &Known, plan: &RestorePlan) -> Vec<DiskOutcome> {
    let mut targets = known.targets(plan);
    if wizard.kind() == ResourceKind::Volume {
        let source = wizard
            .backup()
            .map_or_else(String::new, |backup| backup.server_id);
        targets.retain(|volume| plan.disk_for(&volume.id).is_some() || volume.id == source);
        let facts = known.facts(plan, &targets);
        let mut all = outcomes(plan, &facts);
        all.retain(|outcome| !matches!(outcome, DiskOutcome::Untouched { .. }));
        return all;
    }
    outcomes(plan, &known.facts(plan, &targets))
}

fn outcome(outcome: DiskOutcome) -> AnyView {
    let (tone, word, text) = match outcome {
        DiskOutcome::Overwritten {
            disk,
            volume,
            same,
            shrinks,
            boots,
        } => {
            let mut text = if same {
                format!("{volume} goes back to its state in the backup.")
            } else {
                format!("{volume} gets the data of {disk}; what is on it now is lost.")
            };
            if let Some((now, then)) = shrinks {
                let (now, then) = (size(now), size(then));
                text.push_str(&if same {
                    format!(" It has {now} now and falls back to the {then} it had.")
                } else {
                    format!(" It has {now}; the documents do not say whether it keeps them or falls back to the {then} of the backed-up disk.")
                });
            }
            if !boots {
                text.push_str(" It is a system disk's backup on a data volume: the server does not boot from it.");
            }
            (Tone::Warning, "Overwritten", text)
        }
        DiskOutcome::Untouched { volume, system } => {
            let mut text = format!("{volume} stays as it is.");
            if system {
                text.push_str(
                    " It is the system disk: it will not match the data restored beside it.",
                );
            }
            (Tone::Good, "Untouched", text)
        }
        DiskOutcome::CannotReturn {
            disk,
            source,
            exists,
            instead,
        } => {
            let why = if exists {
                "is no longer attached to this server"
            } else {
                "no longer exists"
            };
            let text = match instead {
                Some(volume) => {
                    format!("The volume {source} {why}; the data of {disk} go to {volume} instead.")
                }
                None => format!(
                    "The volume {source} {why}, and {disk} has no other volume: its data do not come back."
                ),
            };
            (Tone::Neutral, "Cannot return", text)
        }
    };
    view! {
        <li class=format!("wizard-outcome {}", tone.class())>
            <Icon of=tone.glyph()/>
            <span><strong>{word}</strong>": "<bdi>{text}</bdi></span>
        </li>
    }
    .into_any()
}

fn before_and_after(wizard: Wizard) -> AnyView {
    // A vault says by itself whether it can take a backup; v1 has to be asked.
    let server = Memo::new(move |_| {
        wizard
            .draft
            .with(|draft| match draft.plan.generation.capabilities().vaults {
                true => String::new(),
                false => draft.plan.server.clone(),
            })
    });
    let protectable = Query::new(move |api| {
        let id = server.get();
        async move {
            if id.is_empty() {
                return Ok(None);
            }
            let answers = api::can_be_backed_up(api, &[id]).await?;
            Ok(answers.into_iter().next())
        }
    });
    let obstacle = Signal::derive(move || {
        let plan = wizard.draft.with(|draft| draft.plan.clone());
        if let Some(why) = wizard.data().and_then(|known| known.safety_obstacle(&plan)) {
            return Some(why);
        }
        let answer = protectable.data()?;
        let answer = answer.as_ref().as_ref()?;
        // Belonging to a policy is no obstacle to a backup by hand.
        let refused = answer.result == Some(false) && answer.error_code != "CSBS.6004";
        refused.then(|| {
            let text = contract::errors::lookup(&answer.error_code, 0)
                .map_or(answer.error_msg.as_str(), |text| text.meaning);
            format!(
                "No safety backup can be made now: {text} ({})",
                answer.error_code
            )
        })
    });
    Effect::new(move |_| {
        if obstacle.with(Option::is_some)
            && wizard
                .draft
                .with_untracked(super::draft::RestoreDraft::wants_safety)
        {
            wizard.draft.update(|draft| draft.safety = Some(false));
        }
    });
    let wants = Signal::derive(move || wizard.draft.with(super::draft::RestoreDraft::wants_safety));
    let starts = Signal::derive(move || {
        let target = wizard.target();
        let starts = wizard.draft.with(|draft| draft.starts(target.as_ref()));
        if starts { "start" } else { "stay" }.to_owned()
    });
    let running = move || {
        wizard
            .target()
            .is_some_and(|server| server.status == ServerStatus::Active)
    };
    let power_hint = move || match (starts.with(|key| key == "start"), running()) {
        (true, true) => {
            "It is running now, is shut down for the restore, and starts with the restored disks by itself: applications begin to work on old data at once."
        }
        (true, false) => "It is stopped now and will be started with the restored disks.",
        (false, true) => {
            "It is running now and stays stopped after the restore: you can look at the disks before anything writes to them, but its service is down until you start it."
        }
        (false, false) => "It is stopped now and stays so.",
    };
    let reason = Signal::derive(move || wizard.draft.with(|draft| draft.reason.clone()));
    let message = Signal::derive(move || {
        wizard
            .draft
            .with(super::draft::RestoreDraft::reason_problem)
    });
    view! {
        <Card title="Before and after">
            <Checkbox id="restore-safety" label="Make a safety backup of the target first" checked=wants blocked=obstacle
                hint="The restore begins when the safety backup is available, and only while its progress page is in front of you; otherwise it waits there for a press. That takes longer, and is the way back."
                on_change=move |on| wizard.draft.update(|draft| draft.safety = Some(on))/>
            {move || (!wants.get()).then(|| view! {
                <Notice tone=Tone::Warning title="Without a safety backup there is no way back">
                    <p>{format!("What is on {} now is gone when the restore has begun, unless an earlier backup holds it.", wizard.overwritten())}</p>
                </Notice>
            })}
            {move || wizard.kind().is_server().then(|| view! {
                <Choice legend="When the restore is finished" chosen=starts
                    picks=vec![Pick::new("start", "Start the server"), Pick::new("stay", "Leave it stopped")]
                    on_choose=move |key: String| wizard.draft.update(|draft| draft.power_on = Some(key == "start"))/>
                <p class="field-hint" aria-live="polite">{power_hint}</p>
            })}
            <div class="wizard-narrow">
                <Field id="restore-reason" label="Reason or ticket" message=message
                    hint=format!("Kept in the record of restores; at most {MAX_REASON} characters.")>
                    <TextArea value=reason on_input=move |text| wizard.draft.update(|draft| draft.reason = text)/>
                </Field>
            </div>
        </Card>
    }
    .into_any()
}
