//! Deleting one or many: the question before it, and what became of each.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::bulk::{Item, Queue, Step, Tally};
use super::list::List;
use super::shelf::Shelf;
use crate::format::{count, grouped, megabytes};
use crate::table::Selection;
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
    /// Chosen ones that cannot be deleted.
    left_out: usize,
    /// Not all rows are known yet.
    partial: bool,
}

/// The question and its state; one per page.
#[derive(Clone, Copy)]
pub struct Deletion {
    list: List,
    toasts: Toasts,
    open: RwSignal<bool>,
    asked: RwSignal<Asked>,
}

impl Deletion {
    pub fn new(list: List) -> Self {
        Self {
            list,
            toasts: use_toasts(),
            open: RwSignal::new(false),
            asked: RwSignal::default(),
        }
    }

    /// Asks about one row.
    pub fn ask_one(self, row: u32) {
        self.ask(vec![row], 0);
    }

    /// Asks about everything chosen.
    pub fn ask_chosen(self) {
        let chosen = untrack(|| self.list.chosen());
        let all = self.list.selection.with_untracked(Selection::is_all);
        let left_out = if all {
            self.list
                .listing
                .with_untracked(|listing| listing.rows.len())
                - chosen.len()
        } else {
            0
        };
        self.ask(chosen, left_out);
    }

    fn ask(self, rows: Vec<u32>, left_out: usize) {
        let going: BTreeSet<u32> = rows.iter().copied().collect();
        let asked = self.list.store.with_untracked(|store| {
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
                left_out,
                partial: !self.list.loading.with_untracked(|loading| loading.complete),
                rows: going,
            }
        });
        self.asked.set(asked);
        self.open.set(true);
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
    let left_out = (asked.left_out > 0).then(|| {
        view! { <p>{format!("{} cannot be deleted now and stay.", count(asked.left_out, "matching backup", "matching backups"))}</p> }
    });
    let partial = asked.partial.then(|| {
        view! { <p>"The list is still incomplete: only what has been loaded is deleted."</p> }
    });
    view! {
        <ul class="confirm-names">{names}{(more > 0).then(|| view! { <li>{format!("and {} more", grouped(more as u64))}</li> })}</ul>
        <p>{frees}</p>
        {last}{left_out}{partial}
        <p class="field-hint">"Each service deletes five at a time; you can follow each one, and stop those that have not been sent."</p>
    }
    .into_any()
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
