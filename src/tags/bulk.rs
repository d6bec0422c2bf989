//! Tags on many objects at once: what is added or removed, what that means for each, and the
//! result for each.

use std::collections::BTreeMap;

use contract::model::Tag;
use contract::rules::MAX_TAGS;
use leptos::prelude::*;

use super::draft::{Change, tag_text, too_many};
use super::rows::TagRows;
use crate::api::{Api, Tagged, change_tags, use_api};
use crate::form::Checkbox;
use crate::format::count;
use crate::ui::{
    Badge, Button, ButtonKind, Details, Dialog, DialogActions, Notice, Progress, Tone, use_toasts,
};

/// Calls under way at the same time.
const AT_ONCE: usize = 4;

/// An object whose tags are to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagTarget {
    pub of: Tagged,
    pub name: String,
    /// Its tags as they are known.
    pub tags: Vec<Tag>,
}

/// What a wish means for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Change(Change),
    /// It has already what is wished.
    Same,
    /// It would carry too many.
    TooMany(usize),
}

fn fate(wish: &Change, target: &TagTarget) -> Fate {
    let (change, after) = wish.for_one(&target.tags);
    match () {
        () if change.is_empty() => Fate::Same,
        () if after.len() > MAX_TAGS => Fate::TooMany(after.len()),
        () => Fate::Change(change),
    }
}

/// What became of one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Waiting,
    Sending,
    Done,
    Failed(String),
    LeftOut(String),
}

/// One object on its way.
#[derive(Clone, Debug)]
struct Work {
    target: TagTarget,
    change: Change,
    result: Outcome,
}

/// The dialog's state; whoever has objects chosen opens it with them.
#[derive(Clone, Copy)]
pub struct BulkTags {
    open: RwSignal<bool>,
    targets: RwSignal<Vec<TagTarget>>,
    rows: TagRows,
    gone: RwSignal<Vec<String>>,
    work: RwSignal<Vec<Work>>,
    tried: RwSignal<bool>,
    api: Api,
}

impl BulkTags {
    /// Closed, without any object.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            targets: RwSignal::new(Vec::new()),
            rows: TagRows::new(),
            gone: RwSignal::new(Vec::new()),
            work: RwSignal::new(Vec::new()),
            tried: RwSignal::new(false),
            api: use_api(),
        }
    }

    /// Opens the dialog for these objects.
    pub fn ask(self, targets: Vec<TagTarget>) {
        self.targets.set(targets);
        self.rows.load(&[]);
        self.gone.set(Vec::new());
        self.work.set(Vec::new());
        self.tried.set(false);
        self.open.set(true);
    }

    /// What is wished, or what keeps it from being one; tracked.
    fn wish(self) -> Result<Change, String> {
        let put = self.rows.tags()?;
        let gone = self.gone.get();
        if let Some(both) = put.iter().find(|tag| gone.contains(&tag.key)) {
            return Err(format!(
                "`{}` is to be added and removed at once.",
                both.key
            ));
        }
        if put.is_empty() && gone.is_empty() {
            return Err("Nothing is to be added or removed yet.".to_owned());
        }
        Ok(Change { gone, put })
    }

    fn is_live(self) -> bool {
        self.work.with(|work| {
            work.iter()
                .any(|one| matches!(one.result, Outcome::Waiting | Outcome::Sending))
        })
    }

    fn begin(self, done: Callback<Vec<Tagged>>) {
        self.tried.set(true);
        let Ok(wish) = untrack(|| self.wish()) else {
            return;
        };
        let work = self.targets.with_untracked(|targets| {
            targets
                .iter()
                .map(|target| {
                    let (change, result) = match fate(&wish, target) {
                        Fate::Change(change) => (change, Outcome::Waiting),
                        Fate::Same => (
                            Change::default(),
                            Outcome::LeftOut("It has these tags already.".to_owned()),
                        ),
                        Fate::TooMany(number) => (
                            Change::default(),
                            Outcome::LeftOut(too_many(number, MAX_TAGS)),
                        ),
                    };
                    Work {
                        target: target.clone(),
                        change,
                        result,
                    }
                })
                .collect()
        });
        self.work.set(work);
        self.drive(done);
    }

    fn retry(self, done: Callback<Vec<Tagged>>) {
        self.work.update(|work| {
            for one in work {
                if matches!(one.result, Outcome::Failed(_)) {
                    one.result = Outcome::Waiting;
                }
            }
        });
        self.drive(done);
    }

    /// A few at a time, until nothing waits any more.
    fn drive(self, done: Callback<Vec<Tagged>>) {
        for _ in 0..AT_ONCE {
            leptos::task::spawn_local(async move {
                while let Some((at, work)) = self.next() {
                    let Work { target, change, .. } = work;
                    let sent = change_tags(
                        self.api,
                        &target.of,
                        &change.gone,
                        &change.put,
                        &target.tags,
                    );
                    let result = match sent.await {
                        Ok(()) => Outcome::Done,
                        Err(error) => Outcome::Failed(error.to_string()),
                    };
                    self.work.try_update(|work| work[at].result = result);
                }
                let ended = self.work.try_with_untracked(|work| {
                    let live =
                        |one: &Work| matches!(one.result, Outcome::Waiting | Outcome::Sending);
                    let changed = work.iter().filter(|one| one.result == Outcome::Done);
                    (!work.iter().any(live))
                        .then(|| changed.map(|one| one.target.of.clone()).collect::<Vec<_>>())
                });
                if let Some(Some(changed)) = ended {
                    done.try_run(changed);
                }
            });
        }
    }

    fn next(self) -> Option<(usize, Work)> {
        self.work.try_update(|work| {
            let at = work.iter().position(|one| one.result == Outcome::Waiting)?;
            work[at].result = Outcome::Sending;
            Some((at, work[at].clone()))
        })?
    }
}

impl Default for BulkTags {
    fn default() -> Self {
        Self::new()
    }
}

/// The dialog. `done` gets the objects whose tags changed, when all have ended.
pub fn bulk_dialog(
    bulk: BulkTags,
    what: (&'static str, &'static str),
    done: Callback<Vec<Tagged>>,
) -> AnyView {
    let toasts = use_toasts();
    let number = Signal::derive(move || bulk.targets.with(Vec::len));
    let title = Signal::derive(move || format!("Tags of {}", count(number.get(), what.0, what.1)));
    let working = Memo::new(move |_| bulk.work.with(|work| !work.is_empty()));
    let finish = Callback::new(move |changed: Vec<Tagged>| {
        let number = changed.len();
        if number > 0 && !bulk.open.try_get_untracked().unwrap_or_default() {
            toasts.success(format!("Tags of {} changed", count(number, what.0, what.1)));
        }
        done.try_run(changed);
    });
    let body = move || {
        if working.get() {
            results(bulk, what, finish)
        } else {
            wish_form(bulk, what, finish)
        }
    };
    view! { <Dialog open=bulk.open title=title wide=true>{body}</Dialog> }.into_any()
}

fn wish_form(
    bulk: BulkTags,
    what: (&'static str, &'static str),
    done: Callback<Vec<Tagged>>,
) -> AnyView {
    let known = bulk.targets.with_untracked(|targets| keys(targets));
    let any_known = !known.is_empty();
    let boxes = known
        .into_iter()
        .map(|(key, values)| {
            let (mine, listed) = (key.clone(), key.clone());
            let toggle = move |on: bool| {
                bulk.gone.update(|gone| {
                    gone.retain(|known| *known != mine);
                    if on {
                        gone.push(mine.clone());
                    }
                });
            };
            let checked = Signal::derive(move || bulk.gone.with(|gone| gone.contains(&listed)));
            view! { <Checkbox label=key checked=checked hint=values on_change=toggle/> }
        })
        .collect_view();
    let problem = move || bulk.tried.get().then(|| bulk.wish().err()).flatten();
    let effect = move || bulk.wish().ok().map(|wish| sentence(&wish, bulk, what));
    let verb = move || {
        let number = bulk.targets.with(Vec::len);
        format!("Change tags of {}", count(number, what.0, what.1))
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); bulk.begin(done) }>
            <h3>"Add, or overwrite the value"</h3>
            {bulk.rows.view()}
            {any_known.then(|| view! {
                <fieldset class="column-boxes">
                    <legend class="field-label">"Remove by key"</legend>
                    {boxes}
                </fieldset>
            })}
            <p class="field-hint" role="status">{effect}</p>
            {move || problem().map(|text| view! { <Notice tone=Tone::Bad title=text announce=true/> })}
            <DialogActions>
                <Button on_press=move || bulk.open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true on_press=|| ()>{verb}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// The keys that are there, each with a sentence about its values.
fn keys(targets: &[TagTarget]) -> Vec<(String, String)> {
    let mut found: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for tag in targets.iter().flat_map(|target| &target.tags) {
        let entry = found.entry(&tag.key).or_default();
        entry.0 += 1;
        if !entry.1.contains(&tag.value.as_str()) {
            entry.1.push(&tag.value);
        }
    }
    let said = |(key, (number, values)): (&str, (usize, Vec<&str>))| {
        let shown: Vec<String> = values
            .iter()
            .take(3)
            .map(|value| {
                tag_text(&Tag {
                    key: key.to_owned(),
                    value: (*value).to_owned(),
                })
            })
            .collect();
        let more = if values.len() > 3 { ", …" } else { "" };
        let text = format!(
            "on {number} of {}: {}{more}",
            targets.len(),
            shown.join(", ")
        );
        (key.to_owned(), text)
    };
    found.into_iter().map(said).collect()
}

/// What a wish does to all of them.
fn sentence(wish: &Change, bulk: BulkTags, what: (&'static str, &'static str)) -> String {
    let (mut change, mut same, mut full) = (0, 0, 0);
    bulk.targets.with(|targets| {
        for target in targets {
            match fate(wish, target) {
                Fate::Change(_) => change += 1,
                Fate::Same => same += 1,
                Fate::TooMany(_) => full += 1,
            }
        }
    });
    let mut text = format!("{} will change", count(change, what.0, what.1));
    if same > 0 {
        text.push_str(&format!("; {same} already as wished"));
    }
    if full > 0 {
        text.push_str(&format!(
            "; {full} left out, as they would carry more than {MAX_TAGS}"
        ));
    }
    text + "."
}

fn results(
    bulk: BulkTags,
    what: (&'static str, &'static str),
    done: Callback<Vec<Tagged>>,
) -> AnyView {
    let tally = Memo::new(move |_| {
        bulk.work.with(|work| {
            let number =
                |is: fn(&Outcome) -> bool| work.iter().filter(|one| is(&one.result)).count();
            (
                number(|result| *result == Outcome::Done),
                number(|result| matches!(result, Outcome::Failed(_))),
                number(|result| matches!(result, Outcome::LeftOut(_))),
                work.len(),
            )
        })
    });
    let live = Memo::new(move |_| bulk.is_live());
    let said = move || {
        let (changed, failed, left_out, all) = tally.get();
        let mut text = format!("{changed} of {} changed", count(all, what.0, what.1));
        if failed > 0 {
            text.push_str(&format!(" · {failed} failed"));
        }
        if left_out > 0 {
            text.push_str(&format!(" · {left_out} left out"));
        }
        text
    };
    let percent = Signal::derive(move || {
        let (changed, failed, left_out, all) = tally.get();
        u8::try_from((changed + failed + left_out) * 100 / all.max(1)).ok()
    });
    let failed = move || tally.get().1 > 0 && !live.get();
    let items = move || {
        bulk.work
            .with(|work| work.iter().map(result).collect_view())
    };
    view! {
        {move || live.get().then(|| view! { <Progress label="Changing tags" percent=percent/> })}
        <p role="status">{said}</p>
        <Details summary="Each result" open=true>
            <ul class="deletion-results" tabindex="0" aria-label="Results">{items}</ul>
        </Details>
        <DialogActions>
            {move || failed().then(|| view! { <Button on_press=move || bulk.retry(done)>"Try failed again"</Button> })}
            <Button kind=ButtonKind::Primary on_press=move || bulk.open.set(false)>"Close"</Button>
        </DialogActions>
    }
    .into_any()
}

fn result(work: &Work) -> AnyView {
    let (tone, word, why) = match &work.result {
        Outcome::Waiting => (Tone::Neutral, "Waiting", None),
        Outcome::Sending => (Tone::Active, "Sending", None),
        Outcome::Done => (Tone::Good, "Changed", None),
        Outcome::Failed(why) => (Tone::Bad, "Failed", Some(why.clone())),
        Outcome::LeftOut(why) => (Tone::Neutral, "Left out", Some(why.clone())),
    };
    view! {
        <li class="deletion-result">
            <Badge tone=tone text=word/>
            <span><bdi>{work.target.name.clone()}</bdi></span>
            {why.map(|why| view! { <span class="deletion-why"><bdi>{why}</bdi></span> })}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(name: &str, tags: &[(&str, &str)]) -> TagTarget {
        TagTarget {
            of: Tagged::Backup(name.to_owned()),
            name: name.to_owned(),
            tags: tags
                .iter()
                .map(|(key, value)| Tag {
                    key: (*key).to_owned(),
                    value: (*value).to_owned(),
                })
                .collect(),
        }
    }

    #[test]
    fn each_object_gets_what_it_lacks_or_a_reason() {
        let wish = Change {
            gone: vec![],
            put: vec![Tag {
                key: "env".into(),
                value: "prod".into(),
            }],
        };
        let full: Vec<String> = (0..10).map(|n| format!("k{n}")).collect();
        let full: Vec<(&str, &str)> = full.iter().map(|key| (key.as_str(), "")).collect();
        assert!(matches!(fate(&wish, &target("a", &[])), Fate::Change(_)));
        assert_eq!(fate(&wish, &target("b", &[("env", "prod")])), Fate::Same);
        assert_eq!(fate(&wish, &target("c", &full)), Fate::TooMany(11));
    }

    #[test]
    fn keys_say_how_many_carry_them() {
        let targets = [
            target("a", &[("env", "prod"), ("x", "")]),
            target("b", &[("env", "test")]),
        ];
        assert_eq!(
            keys(&targets),
            [
                ("env".to_owned(), "on 2 of 2: env=prod, env=test".to_owned()),
                ("x".to_owned(), "on 1 of 2: x".to_owned())
            ]
        );
    }
}
