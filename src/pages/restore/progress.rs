//! What became of a restore: its phases live, and what to look after when it is over. Works after
//! a reload and for restores that were started elsewhere.

use std::sync::Arc;

use crate::router::{use_params_map, use_query_map};
use contract::model::{Backup, ResourceKind};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::draft::Step;
use super::run::{Run, Stage, follow_up, follow_up_of_data};
use super::runner::Runner;
use crate::api::{self, ListedRestore};
use crate::clock::use_clock;
use crate::form::Checkbox;
use crate::format::duration;
use crate::layout::{Page, use_paths};
use crate::query::{Pace, Query, query_view};
use crate::tasks::{Outcome, Task, entry_of};
use crate::ui::{
    Button, ButtonKind, ButtonLink, Card, Fact, Facts, Glyph, Notice, Progress, Time, Tone,
    use_zone,
};

/// What was seen of a run.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    /// The safety backup, or the backup that is being restored.
    Backup(Box<Backup>),
    /// The restore in the service's list.
    Restore(ListedRestore),
}

impl Seen {
    fn backup(&self) -> Option<&Backup> {
        match self {
            Self::Backup(backup) => Some(backup),
            Self::Restore(_) => None,
        }
    }
}

/// What is watched, depending on where the run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Watch {
    Safety,
    Backup,
    Nothing,
}

pub(super) fn follow() -> AnyView {
    let (params, query) = (use_params_map(), use_query_map());
    let runner = Runner::open();
    let runs = runner.runs.clone();
    let backup_id = Memo::new(move |_| params.read().get("backup").unwrap_or_default());
    let named = Memo::new(move |_| query.read().get("run").unwrap_or_default());
    let run = Memo::new(move |_| {
        let named = named.get();
        if named.is_empty() {
            runs.newest_of(&backup_id.read())
        } else {
            runs.get(&named)
        }
    });
    let title = Signal::derive(move || {
        run.with(|run| match run {
            Some(run) => format!("Restore of {}", run.server_name),
            None => "Restore".to_owned(),
        })
    });
    // A run that was being sent when the page was left or reloaded has an answer nobody heard.
    if let Some(run) = run.get_untracked()
        && !Runner::is_watched(&run.id)
    {
        runner.runs.reopen(&run.id);
    }
    on_cleanup(Runner::look_away);
    let known = Memo::new(move |_| run.with(Option::is_some));
    let runner = StoredValue::new(runner);
    let content = move || {
        if known.get() {
            own_run(run, runner)
        } else {
            somebody_elses(backup_id)
        }
    };
    view! { <Page title=title>{content}</Page> }.into_any()
}

/// A restore asked for in this browser.
fn own_run(run: Memo<Option<Run>>, runner: StoredValue<Runner>) -> AnyView {
    let clock = use_clock();
    let stage = Memo::new(move |_| run.with(|run| run.as_ref().map(|run| run.stage.clone())));
    let watch = Memo::new(move |_| match stage.get() {
        Some(Stage::SafetyUnknown | Stage::Protecting) => Watch::Safety,
        Some(Stage::Running) => Watch::Backup,
        _ => Watch::Nothing,
    });
    let seen = Query::new(move |api| {
        let (watch, run) = (watch.get(), run.get_untracked());
        async move {
            let Some(run) = run else { return Ok(None) };
            match watch {
                Watch::Nothing => Ok(None),
                Watch::Safety => Ok(Runner::safety_backup(api, &run)
                    .await?
                    .map(|backup| Seen::Backup(Box::new(backup)))),
                Watch::Backup if run.plan.generation.capabilities().failure_in_backup => {
                    let backup = api::backup(api, &run.plan.backup).await?;
                    Ok(Some(Seen::Backup(Box::new(backup))))
                }
                // The backup does not say how it went; the service's tasks do.
                Watch::Backup => {
                    let listed = api::restores_of(api, &run.plan.backup).await?;
                    let begun =
                        Timestamp::from_micros(run.started_micros.unwrap_or(run.made_micros));
                    let entry = entry_of(&listed, &run.plan.backup, run.plan.target(), begun);
                    Ok(entry.cloned().map(Seen::Restore))
                }
            }
        }
    })
    .polled(move |_| {
        if watch.get() == Watch::Nothing {
            Pace::Never
        } else {
            Pace::Lively
        }
    });
    Effect::new(move |_| {
        let Some(seen) = seen.data() else { return };
        let Some(id) = run.with_untracked(|run| run.as_ref().map(|run| run.id.clone())) else {
            return;
        };
        let now = clock.now();
        runner.with_value(|runner| {
            runner.runs.change(&id, |run| match seen.as_ref() {
                Some(Seen::Restore(restore)) => run.saw_restore(restore, now),
                seen => take(run, seen.as_ref().and_then(Seen::backup), now),
            });
        });
    });
    // The safety backup is there: the restore follows by itself only in front of somebody who
    // asked for it on this very page.
    Effect::new(move |_| {
        if stage.get() == Some(Stage::Ready)
            && let Some(run) = run.get_untracked()
            && Runner::is_watched(&run.id)
            && run.safety.is_some()
            && !document().hidden()
        {
            runner.with_value(|runner| runner.go_on(run));
        }
    });
    // A lost answer is looked up before anything is offered again.
    let look = move || {
        if let Some(run) = run.get_untracked() {
            let runner = runner.get_value();
            leptos::task::spawn_local(async move { runner.look_up(run).await });
        }
    };
    Effect::new(move |_| {
        if stage.get() == Some(Stage::Unknown) {
            look();
        }
    });
    let trouble = move || {
        let error = seen.error()?;
        (watch.get() != Watch::Nothing).then(|| {
            view! {
                <Notice tone=Tone::Warning title="The latest state could not be read">
                    <p>{error.to_string()}</p>
                    <p>"The restore itself is not affected; this page asks again by itself."</p>
                </Notice>
            }
        })
    };
    let content = move || {
        let (stage, run) = (stage.get()?, run.get_untracked()?);
        Some(match stage {
            Stage::SafetySent => sending("Asking for the safety backup", true),
            Stage::SafetyUnknown => safety_unknown(),
            Stage::Protecting => protecting(seen),
            Stage::Ready => ready(run, runner),
            Stage::Sent => sending("Asking for the restore", false),
            Stage::Unknown => unknown(look),
            Stage::NotFound => not_found(run, runner),
            Stage::Running => running(run),
            Stage::Ended(outcome) => ended(&run, outcome, runner),
            Stage::Stopped(why) => stopped(&run, why),
        })
    };
    // `running` follows the run itself; the other phases are rebuilt with each change of stage.
    let running_card = move || (watch.get() == Watch::Backup).then(|| run_progress(run));
    view! {
        <div class="wizard-step-body">
            {trouble}
            {content}
            {running_card}
            {facts(run)}
        </div>
        {milestones(run)}
    }
    .into_any()
}

fn take(run: &mut Run, backup: Option<&Backup>, now: Timestamp) {
    match (&run.stage, backup) {
        (Stage::Running, Some(backup)) if backup.id == run.plan.backup => {
            run.saw_backup(backup, now)
        }
        (Stage::SafetyUnknown, None) => {
            let why = "The safety backup was not begun, so the restore was not started.";
            // It appears in the list at once when it was begun; a while later it is not coming.
            if now.micros() - run.made_micros > 30_000_000 {
                run.stage = Stage::Stopped(why.to_owned());
            }
        }
        (_, Some(backup)) if backup.id != run.plan.backup => run.saw_safety(backup),
        _ => {}
    }
}

fn sending(what: &'static str, safety: bool) -> AnyView {
    view! {
        <Notice tone=Tone::Active title=what>
            <p>{if safety { "Nothing is overwritten before the safety backup is available." } else { "The service answers in a moment." }}</p>
        </Notice>
    }
    .into_any()
}

fn safety_unknown() -> AnyView {
    view! {
        <Notice tone=Tone::Warning title="It is not known whether the safety backup was begun">
            <p>"The answer was lost. It is being looked for among the backups of its target; nothing is sent a second time and nothing is overwritten."</p>
        </Notice>
    }
    .into_any()
}

fn protecting(seen: Query<Option<Seen>>) -> AnyView {
    let percent = Signal::derive(move || {
        let seen = seen.data()?;
        let backup = (*seen).as_ref().and_then(Seen::backup)?;
        Task::of_backup(backup)?.percent
    });
    view! {
        <Card title="Phase 1 of 2: safety backup">
            <Progress label="Safety backup" percent=percent/>
            <p>"The target is being backed up. The restore follows by itself while this page is open and in front of you. If you leave, the backup is finished all the same, and the restore waits here for a press."</p>
        </Card>
    }
    .into_any()
}

fn ready(run: Run, runner: StoredValue<Runner>) -> AnyView {
    let title = if run.safety.is_some() {
        "The safety backup is available; the restore waits for you"
    } else {
        "The restore was not sent yet; it waits for you"
    };
    let verb = format!("Overwrite {} now", run.server_name);
    let press = move || runner.with_value(|runner| runner.go_on(run.clone()));
    view! {
        <Notice tone=Tone::Warning title=title announce=true>
            <p>"Nothing is overwritten while nobody looks. Everything is checked once more before it is sent."</p>
            <Button kind=ButtonKind::Danger on_press=press>{verb}</Button>
        </Notice>
    }
    .into_any()
}

fn unknown(look: impl Fn() + Clone + Send + Sync + 'static) -> AnyView {
    view! {
        <Notice tone=Tone::Warning title="It is not known whether the restore was started" announce=true>
            <p>"The request was sent, but its answer was lost. It is looked for in the record, in the service's list and in the state of the backup before it can be sent again."</p>
            <Button icon=Glyph::Search on_press=look>"Look again"</Button>
        </Notice>
    }
    .into_any()
}

fn not_found(run: Run, runner: StoredValue<Runner>) -> AnyView {
    let verb = format!("Send the restore of {} again", run.server_name);
    let press = move || runner.with_value(|runner| runner.go_on(run.clone()));
    view! {
        <Notice tone=Tone::Warning title="No trace of the restore was found" announce=true>
            <p>"Neither the record nor the service knows it: it was most likely never started. Sent again, it carries the same id, so that it cannot be carried out twice."</p>
            <Button kind=ButtonKind::Danger on_press=press>{verb}</Button>
        </Notice>
    }
    .into_any()
}

fn running(run: Run) -> AnyView {
    let text = if !ResourceKind::from_word(&run.plan.kind).is_server() {
        "Do not write to its target before it is finished."
    } else if run.plan.power_on {
        "The server is shut down for it and started afterwards."
    } else {
        "The server is shut down for it and stays stopped."
    };
    view! {
        <Notice tone=Tone::Active title="The restore is running">
            <p>"You may close this page: the restore goes on in the cloud, and this page finds it again. It cannot be stopped. "{text}</p>
        </Notice>
    }
    .into_any()
}

fn run_progress(run: Memo<Option<Run>>) -> AnyView {
    let clock = use_clock();
    let percent = Signal::derive(move || {
        run.with(|run| run.as_ref()?.progress)
            .and_then(|(percent, _)| u8::try_from(percent).ok())
    });
    let elapsed = move || {
        let now = clock.ticking();
        run.with(|run| run.as_ref().map(|run| duration(run.elapsed(now))))
    };
    let usual = move || {
        let seconds = run.with(|run| run.as_ref()?.usual_seconds)?;
        Some(format!(
            "Making this full backup took {}; restoring it may take about as long.",
            duration(seconds)
        ))
    };
    let stalled = move || {
        let now = clock.ticking();
        let still = run.with(|run| run.as_ref()?.stalled(now))?;
        let usual = run.with(|run| run.as_ref()?.usual_seconds).map(duration);
        let compared = usual.map_or(String::new(), |usual| {
            format!(" The whole restore was expected to take about {usual}.")
        });
        Some(view! {
            <Notice tone=Tone::Warning title=format!("No progress for {}", duration(still)) announce=true>
                <p>{format!("That is longer than usual.{compared} The restore may still go on; if nothing moves, give the operator the ids below.")}</p>
            </Notice>
        })
    };
    view! {
        <Card title="Progress">
            <Progress label="Restore" percent=percent/>
            <p>{move || elapsed().map(|elapsed| format!("Running for {elapsed}."))}" "{usual}</p>
            {stalled}
        </Card>
    }
    .into_any()
}

fn ended(run: &Run, outcome: Outcome, runner: StoredValue<Runner>) -> AnyView {
    let paths = use_paths();
    let is_server = ResourceKind::from_word(&run.plan.kind).is_server();
    // A volume and a file system have no page of their own.
    let (server, shown) = if is_server {
        (
            paths.server(&run.plan.server),
            format!("Show {}", run.server_name),
        )
    } else {
        (paths.backup(&run.plan.backup), "Show the backup".to_owned())
    };
    let name = run.server_name.clone();
    match outcome {
        Outcome::Done => {
            let list = if is_server {
                follow_up(&run.os, run.plan.power_on)
            } else {
                follow_up_of_data()
            };
            let id = StoredValue::new(run.id.clone());
            let done = RwSignal::new(run.done.clone());
            let entry = move |(key, text): (&'static str, &'static str)| {
                let checked = Signal::derive(move || done.with(|done| done.iter().any(|known| known == key)));
                let change = move |on: bool| {
                    done.update(|done| {
                        done.retain(|known| known != key);
                        if on {
                            done.push(key.to_owned());
                        }
                    });
                    let kept = done.get_untracked();
                    runner.with_value(|runner| id.with_value(|id| runner.runs.change(id, |run| run.done = kept)));
                };
                view! { <li><Checkbox label=text checked=checked on_change=change/></li> }
            };
            view! {
                <Notice tone=Tone::Good title=format!("{name} was restored") announce=true>
                    <ButtonLink kind=ButtonKind::Primary href=server>{shown}</ButtonLink>
                </Notice>
                <Card title="What to look after now">
                    <p>"Ticks are kept with this restore in this browser."</p>
                    <ul>{list.into_iter().map(entry).collect_view()}</ul>
                </Card>
            }
            .into_any()
        }
        Outcome::Failed(reason) => {
            let again = paths.restore(&run.plan.backup, Step::Point.word());
            let safe = run.safety.as_ref().map(|safety| paths.restore(&safety.backup_id, Step::Point.word()));
            view! {
                <Notice tone=Tone::Bad title=format!("Restoring {name} failed") announce=true>
                    <p><bdi>{if reason.is_empty() { "The service gave no reason.".to_owned() } else { reason }}</bdi></p>
                    <p>"The backup itself is intact. What was written to may hold a mixture of old and new data until a restore succeeds."</p>
                    <div class="form-actions">
                        <ButtonLink kind=ButtonKind::Primary href=again>"Restore again"</ButtonLink>
                        {safe.map(|href| view! { <ButtonLink href=href>"Go back to the safety backup"</ButtonLink> })}
                        <ButtonLink href=server>{shown}</ButtonLink>
                    </div>
                </Notice>
            }
            .into_any()
        }
        Outcome::Unknown => view! {
            <Notice tone=Tone::Warning title="How the restore ended is not known" announce=true>
                <p>"Its backup is gone, and with it what the service said. Check "<bdi>{name}</bdi>" itself."</p>
                <ButtonLink kind=ButtonKind::Primary href=server>{shown}</ButtonLink>
            </Notice>
        }
        .into_any(),
    }
}

fn stopped(run: &Run, why: String) -> AnyView {
    let paths = use_paths();
    let again = paths.restore(&run.plan.backup, Step::Target.word());
    view! {
        <Notice tone=Tone::Bad title="The restore was not started" announce=true>
            <p><bdi>{why}</bdi></p>
            <p>"Nothing was overwritten."</p>
            <ButtonLink kind=ButtonKind::Primary href=again>"Back to the wizard"</ButtonLink>
        </Notice>
    }
    .into_any()
}

fn facts(run: Memo<Option<Run>>) -> AnyView {
    let zone = use_zone();
    let paths = use_paths();
    let still = Memo::new(move |_| {
        run.with(|run| {
            run.as_ref().map(|run| Run {
                // What moves is shown above.
                progress: None,
                done: Vec::new(),
                ..run.clone()
            })
        })
    });
    let content = move || {
        let run = still.get()?;
        let from = run
            .backup_micros
            .map(|micros| zone.with(|zone| zone.exact(Timestamp::from_micros(micros))));
        let asked = Some(Timestamp::from_micros(run.made_micros));
        let safety = run
            .safety
            .as_ref()
            .filter(|safety| !safety.backup_id.is_empty())
            .map(|safety| (paths.backup(&safety.backup_id), safety.name.clone()));
        let backup = paths.backup(&run.plan.backup);
        let to = if ResourceKind::from_word(&run.plan.kind).is_server() {
            let href = paths.server(&run.plan.server);
            view! { <crate::ui::TextLink href=href>{run.server_name.clone()}</crate::ui::TextLink> }
                .into_any()
        } else {
            view! { <bdi>{run.server_name.clone()}</bdi> }.into_any()
        };
        let id = if run.restore_id.is_empty() {
            "—".to_owned()
        } else {
            run.restore_id.clone()
        };
        Some(view! {
            <Card title="About this restore">
                <Facts>
                    <Fact name="From"><crate::ui::TextLink href=backup>{run.backup_name.clone()}</crate::ui::TextLink>{from.map(|from| format!(" of {from}"))}</Fact>
                    <Fact name="To">{to}</Fact>
                    <Fact name="Asked for"><Time at=asked/></Fact>
                    <Fact name="Disks">{run.plan.mapping.len()}</Fact>
                    {safety.map(|(href, name)| view! { <Fact name="Safety backup"><crate::ui::TextLink href=href>{name}</crate::ui::TextLink></Fact> })}
                    <Fact name="Reason">{if run.reason.is_empty() { "—".to_owned() } else { run.reason.clone() }}</Fact>
                    <Fact name="Restore id"><code>{id}</code></Fact>
                </Facts>
            </Card>
        })
    };
    view! { {content} }.into_any()
}

/// Milestones for screen readers: begin, quarters, end; never each percent.
fn milestones(run: Memo<Option<Run>>) -> AnyView {
    let quarter = Memo::new(move |_| {
        run.with(|run| {
            let run = run.as_ref()?;
            let (percent, _) = run.progress.filter(|_| run.stage == Stage::Running)?;
            Some(percent / 25 * 25)
        })
    });
    let text = move || {
        quarter.get().map(|quarter| match quarter {
            0 => "The restore has begun.".to_owned(),
            quarter => format!("{quarter} percent of the restore are done."),
        })
    };
    view! { <p class="visually-hidden" role="status">{text}</p> }.into_any()
}

/// A restore that was not asked for in this browser: what its backup tells.
fn somebody_elses(backup_id: Memo<String>) -> AnyView {
    let found = Query::new(move |api| {
        let id = backup_id.get();
        async move { api::backup(api, &id).await }
    })
    .polled(|backup: &Backup| match Outcome::of_backup(backup) {
        None => Pace::Lively,
        Some(_) => Pace::Calm,
    });
    let view = |backup: Signal<Arc<Backup>>| {
        let task = Memo::new(move |_| Task::of_backup(&backup.read()));
        let paths = StoredValue::new(use_paths());
        let content = move || {
            let backup = backup.get();
            if Outcome::of_backup(&backup).is_none() {
                view! {
                    <Card title=format!("A restore from {} is running", backup.name)>
                        <Progress label="Restore" percent=Signal::derive(move || task.get().and_then(|task| task.percent))/>
                        <p>"It was not started in this browser; who started it stands in the list of restores. You may close this page."</p>
                    </Card>
                }
                .into_any()
            } else {
                let href = paths.with_value(|paths| paths.restore(&backup.id, Step::Point.word()));
                view! {
                    <Notice title="No restore from this backup is running">
                        <p>"The list of restores says which ones there were."</p>
                        <ButtonLink href=href>"Restore from this backup"</ButtonLink>
                    </Notice>
                }
                .into_any()
            }
        };
        view! { <div class="wizard-step-body">{content}</div> }.into_any()
    };
    query_view(found, "backup", view)
}
