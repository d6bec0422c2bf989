//! The tags of one object: the list with its links, and the dialog that changes them.

use contract::model::Tag;
use leptos::prelude::*;

use super::draft::{Change, tag_text, tags_hint};
use super::rows::TagRows;
use crate::api::{Api, Tagged, change_tags, tag_requests, use_api};
use crate::form::{ShowRequest, Submission};
use crate::ui::{
    Button, ButtonKind, Dialog, DialogActions, Glyph, Notice, TextLink, Toasts, Tone, use_toasts,
};

/// Tags as a list; each leads to everything that carries it.
#[component]
pub fn TagList(
    #[prop(into)] tags: Signal<Vec<Tag>>,
    /// Where a tag leads.
    href: fn(&crate::routes::Paths, &str) -> String,
) -> AnyView {
    let paths = StoredValue::new(crate::layout::use_paths());
    let items = move || {
        tags.get()
            .iter()
            .map(|tag| {
                let text = tag_text(tag);
                let href = paths.with_value(|paths| href(paths, &text));
                view! { <li class="tag"><TextLink href=href><bdi>{text}</bdi></TextLink></li> }
            })
            .collect_view()
    };
    view! {
        {move || if tags.with(Vec::is_empty) {
            view! { <span class="dash">"—"</span> }.into_any()
        } else {
            view! { <ul class="tags">{items}</ul> }.into_any()
        }}
    }
    .into_any()
}

/// A button and the dialog it opens, in which the tags of one object are changed. `name` is what
/// the object is called; `done` is told when its tags have changed.
pub fn tag_editor(
    of: Signal<Tagged>,
    name: Signal<String>,
    tags: Signal<Vec<Tag>>,
    done: Callback<()>,
) -> AnyView {
    let (api, toasts) = (use_api(), use_toasts());
    let open = RwSignal::new(false);
    let before = RwSignal::new(Vec::<Tag>::new());
    let rules = of.with_untracked(Tagged::rules);
    let rows = TagRows::of(rules);
    let submission = Submission::new();
    let tried = RwSignal::new(false);
    let show = move || {
        // What is edited stays as it was when the dialog opened, whatever a refresh brings.
        let now = tags.get_untracked();
        rows.load(&now);
        before.set(now);
        tried.set(false);
        submission.reset();
        open.set(true);
    };
    let change = Memo::new(move |_| {
        let after = rows.tags().ok()?;
        Some(before.with(|before| Change::between(before, &after)))
    });
    let problem = move || tried.get().then(|| rows.tags().err()).flatten();
    let save = Callback::new(move |()| {
        tried.set(true);
        let Some(change) = change.get_untracked() else {
            return;
        };
        if change.is_empty() {
            open.set(false);
            return;
        }
        let (of, before) = (of.get_untracked(), before.get_untracked());
        let what = name.get_untracked();
        submission.send(
            send(api, of.clone(), change.clone(), before.clone()),
            move |()| {
                open.try_set(false);
                done.try_run(());
                undoable(api, toasts, &what, of, &change, before, done);
            },
        );
    });
    let requests = Signal::derive(move || {
        let change = change.get().unwrap_or_default();
        tag_requests(&of.get(), &change.gone, &change.put)
    });
    let shown = move || {
        requests
            .get()
            .into_iter()
            .map(|request| view! { <ShowRequest request=Signal::stored(request)/> })
            .collect_view()
    };
    view! {
        <Button kind=ButtonKind::Quiet icon=Glyph::Edit name=Signal::derive(move || format!("Edit tags of {}", name.get())) on_press=show>
            "Edit tags"
        </Button>
        <Dialog open=open title=Signal::derive(move || format!("Tags of {}", name.get())) wide=true>
            <form on:submit=move |event| { event.prevent_default(); save.run(()) }>
                <p class="field-hint">{tags_hint(rules)}</p>
                {rows.view()}
                {move || problem().map(|text| view! { <Notice tone=Tone::Bad title=text announce=true/> })}
                {move || submission.failure().get().map(|text| view! {
                    <Notice tone=Tone::Bad title="The tags were not changed" announce=true><p>{text}</p></Notice>
                })}
                {shown}
                <DialogActions>
                    <Button on_press=move || open.set(false)>"Cancel"</Button>
                    <Button kind=ButtonKind::Primary submit=true busy=submission.busy() on_press=|| ()>"Save tags"</Button>
                </DialogActions>
            </form>
        </Dialog>
    }
    .into_any()
}

async fn send(
    api: Api,
    of: Tagged,
    change: Change,
    before: Vec<Tag>,
) -> Result<(), crate::api::ApiError> {
    change_tags(api, &of, &change.gone, &change.put, &before).await
}

/// Says that the tags changed, and offers to take it back.
fn undoable(
    api: Api,
    toasts: Toasts,
    what: &str,
    of: Tagged,
    change: &Change,
    before: Vec<Tag>,
    done: Callback<()>,
) {
    let (_, after) = change.for_one(&before);
    let name = what.to_owned();
    let undo = move |()| {
        let (of, name, after) = (of.clone(), name.clone(), after.clone());
        let back = Change::between(&after, &before);
        leptos::task::spawn_local(async move {
            match send(api, of, back, after).await {
                Ok(()) => toasts.success(format!("Tags of {name} are as before")),
                Err(error) => {
                    let title = format!("Tags of {name} were not put back");
                    toasts.failure(title, error.to_string());
                }
            }
            done.try_run(());
        });
    };
    toasts.undoable(format!("Tags of {what} saved"), Callback::new(undo));
}
