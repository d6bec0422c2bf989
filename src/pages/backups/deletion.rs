//! Deleting one or many: the question before it, and what became of each.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::bulk::{Item, Queue, Step, Tally};
use super::deletable::{Beside, Judged, in_vaults, judge};
use super::list::List;
use super::shelf::Shelf;
use crate::format::{count, grouped, megabytes};
use crate::ui::{
    Badge, Button, ButtonKind, Card, Confirm, Details, Glyph, Notice, Progress, Toasts, Tone,
    use_toasts,
};

/// From this many on a word has to be typed (level 2).
const TYPED_FROM: usize = 10;
/// The word to type.
pub const WORD: &str = "delete";
/// Names listed in the question.
const NAMED: usize = 5;
/// Names listed of those that stay, for each reason.
const STAYING: usize = 100;

/// What one is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    rows: BTreeSet<u32>,
    names: Vec<String>,
    /// The room they take, as far as their services tell.
    size_mb: i64,
    /// Of some of them it is not told.
    unsized_: bool,
    servers: usize,
    /// Servers that keep no usable backup if these go.
    last_of: Vec<String>,
    /// Chosen ones that cannot be deleted, by reason.
    staying: Vec<Staying>,
    /// Chosen ones that are being deleted already.
    under_way: usize,
    /// Of so many it was not asked whether they are shared.
    unasked: usize,
    /// Not all rows are known yet.
    partial: bool,
}

/// Backups that stay, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Staying {
    reason: String,
    number: usize,
    /// The first of them.
    names: Vec<String>,
}

impl Staying {
    /// `3 × Shared with another project; end that first. (BackupService.6711)`
    fn text(&self) -> String {
        format!("{} × {}", grouped(self.number as u64), self.reason)
    }
}

/// The question and its state; one per page.
#[derive(Clone, Copy)]
pub struct Deletion {
    list: List,
    toasts: Toasts,
    open: RwSignal<bool>,
    asked: RwSignal<Asked>,
    /// What decides is being asked for.
    looking: RwSignal<bool>,
}

impl Deletion {
    pub fn new(list: List) -> Self {
        Self {
            list,
            toasts: use_toasts(),
            open: RwSignal::new(false),
            asked: RwSignal::default(),
            looking: RwSignal::new(false),
        }
    }

    /// Asks about one row.
    pub fn ask_one(self, row: u32) {
        self.ask(vec![row]);
    }

    /// Asks about everything chosen.
    pub fn ask_chosen(self) {
        self.ask(untrack(|| self.list.wanted()));
    }

    /// Whether what decides is being asked for; tracked.
    pub fn busy(self) -> Signal<bool> {
        self.looking.into()
    }

    fn ask(self, rows: Vec<u32>) {
        if self.looking.get_untracked() {
            return;
        }
        let store = self.list.store;
        let Some(ids) = store.with_untracked(|store| in_vaults(store, &rows)) else {
            self.put(&rows, &Beside::default());
            return;
        };
        let api = self.list.shelf.with_value(|shelf| shelf.api);
        self.looking.set(true);
        spawn_local(async move {
            let beside = Beside::ask(api, ids).await;
            // Whoever left the page is not asked any more.
            if self.looking.try_set(false).is_none() {
                self.put(&rows, &beside);
            }
        });
    }

    /// Puts the question, or says why nothing can be deleted.
    fn put(self, rows: &[u32], beside: &Beside) {
        let store = self.list.store;
        let judged = store.with_untracked(|store| judge(store, rows, beside));
        let asked = self.asked_about(judged, beside);
        if asked.rows.is_empty() {
            let title = match rows {
                [row] => format!(
                    "{} cannot be deleted now",
                    store.with_untracked(|store| store.name(*row).to_owned())
                ),
                _ => "None of them can be deleted now".to_owned(),
            };
            let mut said: Vec<String> = asked.staying.iter().map(Staying::text).collect();
            if asked.under_way > 0 {
                said.push(under_way(asked.under_way));
            }
            self.toasts.failure(title, said.join(" "));
            return;
        }
        self.asked.set(asked);
        self.open.set(true);
    }

    fn asked_about(self, judged: Judged, beside: &Beside) -> Asked {
        let rows = judged.going;
        let going: BTreeSet<u32> = rows.iter().copied().collect();
        self.list.store.with_untracked(|store| {
            let staying = judged.refused.iter().map(|(reason, rows)| Staying {
                reason: format!("{} ({})", reason.text, reason.code),
                number: rows.len(),
                names: rows
                    .iter()
                    .take(STAYING)
                    .map(|row| store.name(*row).to_owned())
                    .collect(),
            });
            let servers: BTreeSet<u32> = rows
                .iter()
                .map(|row| store.server.codes[*row as usize])
                .collect();
            let available = store.status.words.find("available");
            let mut kept: BTreeSet<u32> = BTreeSet::new();
            for row in store.alive().iter() {
                if Some(store.status.codes[row]) == available && !going.contains(&(row as u32)) {
                    kept.insert(store.server.codes[row]);
                }
            }
            let losing = rows.iter().filter(|row| {
                let server = store.server.codes[**row as usize];
                Some(store.status.codes[**row as usize]) == available && !kept.contains(&server)
            });
            let last_of: BTreeSet<String> = losing
                .map(|row| store.server_name.text(*row).to_owned())
                .collect();
            Asked {
                names: rows
                    .iter()
                    .take(NAMED)
                    .map(|row| store.name(*row).to_owned())
                    .collect(),
                size_mb: rows.iter().filter_map(|row| store.stored_mb(*row)).sum(),
                unsized_: rows.iter().any(|row| store.stored_mb(*row).is_none()),
                servers: servers.len(),
                last_of: last_of.into_iter().collect(),
                staying: staying.collect(),
                under_way: judged.under_way,
                unasked: beside.unasked,
                partial: !self.list.loading.with_untracked(|loading| loading.complete),
                rows: going,
            }
        })
    }

    fn carry_out(self) {
        let rows = self.asked.with_untracked(|asked| asked.rows.clone());
        self.open.set(false);
        let list = self.list;
        // The shelf outlives this page; what is held must be carried out from anywhere.
        let shelf = list.shelf.get_value();
        let send = move || shelf.delete(&rows);
        if self.asked.with_untracked(|asked| asked.rows.len() == 1) {
            let name = self
                .asked
                .with_untracked(|asked| asked.names.first().cloned().unwrap_or_default());
            self.toasts
                .held(format!("Deleting {name} in 10 seconds"), send);
        } else {
            send();
            list.choose_none();
        }
    }
}

/// The question: names what goes, what it frees, what remains.
pub fn deletion_dialog(deletion: Deletion) -> AnyView {
    let asked = deletion.asked;
    let number = Memo::new(move |_| asked.with(|asked| asked.rows.len()));
    let title = Signal::derive(move || match number.get() {
        1 => asked.with(|asked| {
            format!(
                "Delete backup {}?",
                asked.names.first().cloned().unwrap_or_default()
            )
        }),
        number => format!("Delete {}?", count(number, "backup", "backups")),
    });
    let verb = Signal::derive(move || match number.get() {
        1 => "Delete backup".to_owned(),
        number => format!("Delete {}", count(number, "backup", "backups")),
    });
    let typed = Signal::derive(move || {
        let grave = asked.with(|asked| !asked.last_of.is_empty());
        (number.get() >= TYPED_FROM || grave).then(|| WORD.to_owned())
    });
    let confirm = Callback::new(move |()| deletion.carry_out());
    view! {
        <Confirm open=deletion.open title=title verb=verb on_confirm=confirm typed_name=typed safe_verb="Keep them">
            {move || asked.with(consequences)}
        </Confirm>
    }
    .into_any()
}

fn consequences(asked: &Asked) -> AnyView {
    let more = asked.rows.len().saturating_sub(asked.names.len());
    let names = asked
        .names
        .iter()
        .cloned()
        .map(|name| view! { <li><bdi>{name}</bdi></li> })
        .collect_view();
    let room = match (asked.size_mb, asked.unsized_) {
        (0, true) => "This frees room in their vaults".to_owned(),
        (size, true) => format!(
            "This frees {} and room in vaults",
            megabytes(size.unsigned_abs())
        ),
        (size, false) => format!("This frees {}", megabytes(size.unsigned_abs())),
    };
    let frees = format!(
        "{room} and cannot be undone. {} concerned.",
        if asked.servers == 1 {
            "One server is".to_owned()
        } else {
            format!("{} servers are", asked.servers)
        },
    );
    let last = (!asked.last_of.is_empty()).then(|| {
        let shown = asked
            .last_of
            .iter()
            .take(NAMED)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        let rest = asked.last_of.len().saturating_sub(NAMED);
        let rest = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        let text = format!("No usable backup remains of {shown}{rest}.");
        view! { <Notice tone=Tone::Warning title=text/> }
    });
    let staying = (!asked.staying.is_empty()).then(|| staying(asked));
    let under_way = (asked.under_way > 0).then(|| view! { <p>{under_way(asked.under_way)}</p> });
    let unasked = (asked.unasked > 0).then(|| {
        view! { <p>{format!("Of {} it is not known whether they are shared; the service refuses those that are.", grouped(asked.unasked as u64))}</p> }
    });
    let partial = asked.partial.then(|| {
        view! { <p>"The list is still incomplete: only what has been loaded is deleted."</p> }
    });
    view! {
        <ul class="confirm-names">{names}{(more > 0).then(|| view! { <li>{format!("and {} more", grouped(more as u64))}</li> })}</ul>
        <p>{frees}</p>
        {last}{staying}{under_way}{unasked}{partial}
        <p class="field-hint">"Each service deletes five at a time; you can follow each one, and stop those that have not been sent."</p>
    }
    .into_any()
}

fn under_way(number: usize) -> String {
    match number {
        1 => "1 is being deleted already.".to_owned(),
        number => format!("{} are being deleted already.", grouped(number as u64)),
    }
}

/// Those that stay: how many, why, and which.
fn staying(asked: &Asked) -> AnyView {
    let number: usize = asked.staying.iter().map(|staying| staying.number).sum();
    let title = format!(
        "{} will be deleted, {} cannot be deleted and stay",
        grouped(asked.rows.len() as u64),
        grouped(number as u64)
    );
    let reasons = asked
        .staying
        .iter()
        .map(|staying| {
            let names = StoredValue::new(staying.names.clone());
            let more = staying.number - staying.names.len();
            view! {
                <Details summary=staying.text()>
                    <ul class="confirm-names">
                        {names.get_value().into_iter().map(|name| view! { <li><bdi>{name}</bdi></li> }).collect_view()}
                        {(more > 0).then(|| view! { <li>{format!("and {} more", grouped(more as u64))}</li> })}
                    </ul>
                </Details>
            }
        })
        .collect_view();
    view! { <Notice title=title>{reasons}</Notice> }.into_any()
}

/// What is being deleted and what became of it; nothing while there is nothing.
pub fn deletion_panel(queue: RwSignal<Queue>, shelf: StoredValue<Shelf>) -> AnyView {
    let any = Memo::new(move |_| queue.with(|queue| !queue.is_empty()));
    let tally = Memo::new(move |_| queue.with(Queue::tally));
    let live = Memo::new(move |_| queue.with(Queue::is_live));
    let title = Signal::derive(move || {
        let tally = tally.get();
        if live.get() {
            format!("Deleting {}", count(tally.total(), "backup", "backups"))
        } else {
            "Deletion results".to_owned()
        }
    });
    let percent = Signal::derive(move || {
        let tally = tally.get();
        Some(u8::try_from(tally.ended() * 100 / tally.total().max(1)).unwrap_or(100))
    });
    let deeds = move || {
        let Tally {
            waiting, failed, ..
        } = tally.get();
        view! {
            {(waiting > 0).then(|| view! {
                <Button on_press=move || queue.update(Queue::stop)>{format!("Stop the {} not sent", grouped(waiting as u64))}</Button>
            })}
            {(failed > 0).then(|| view! {
                <Button icon=Glyph::Refresh on_press=move || {
                    queue.update(Queue::retry_failed);
                    shelf.with_value(Shelf::drive);
                }>"Try failed again"</Button>
            })}
            {(!live.get()).then(|| view! {
                <Button kind=ButtonKind::Quiet icon=Glyph::Close name="Close deletion results" on_press=move || queue.update(Queue::clear_ended)/>
            })}
        }
        .into_any()
    };
    let actions = move || view! { {deeds} }.into_any();
    let items = move || queue.with(|queue| queue.items().iter().map(result).collect_view());
    view! {
        {move || any.get().then(|| view! {
            <Card title=title actions=actions>
                {move || live.get().then(|| view! { <Progress label="Deletions that have ended" percent=percent/> })}
                <p role="status">{move || sentence(tally.get())}</p>
                <Details summary="Each result">
                    <ul class="deletion-results" tabindex="0" aria-label="Deletion results">{items}</ul>
                </Details>
            </Card>
        })}
    }
    .into_any()
}

fn sentence(tally: Tally) -> String {
    let mut parts = Vec::new();
    let mut say = |number: usize, what: &str| {
        if number > 0 {
            parts.push(format!("{} {what}", grouped(number as u64)));
        }
    };
    say(tally.gone, "deleted");
    say(tally.running, "running");
    say(tally.waiting, "waiting");
    say(tally.failed, "failed");
    say(tally.stopped, "stopped");
    let freed = if tally.freed_mb > 0 {
        format!(" · {} freed", megabytes(tally.freed_mb.unsigned_abs()))
    } else {
        String::new()
    };
    parts.join(" · ") + &freed
}

fn result(item: &Item) -> AnyView {
    let (tone, word, why) = match &item.step {
        Step::Waiting => (Tone::Neutral, "Waiting", None),
        Step::Sending => (Tone::Active, "Sending", None),
        Step::Running { .. } => (Tone::Active, "Deleting", None),
        Step::Gone => (Tone::Good, "Deleted", None),
        Step::Failed(why) => (Tone::Bad, "Failed", Some(why.clone())),
        Step::Unclear(why) => (Tone::Warning, "Unclear", Some(why.clone())),
        Step::Stopped => (Tone::Neutral, "Stopped", None),
    };
    view! {
        <li class="deletion-result">
            <Badge tone=tone text=word/>
            <span><bdi>{item.name.clone()}</bdi>" · "<bdi>{item.server.clone()}</bdi></span>
            {why.map(|why| view! { <span class="deletion-why"><bdi>{why}</bdi></span> })}
        </li>
    }
    .into_any()
}
