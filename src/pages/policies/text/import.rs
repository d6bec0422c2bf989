//! Policies from text: the document, the plan it comes to, and carrying it out. The text is kept for
//! this tab at every letter; the plan follows it.

use std::sync::Arc;

use contract::document::plan::{Kind, Missing, Plan, Step, plan};
use contract::document::{Document, DocumentProblem, World};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};

use super::super::keep::KeptText;
use super::carry_out::{Run, carry_out, world};
use super::results::results;
use super::steps::{Draft, missing_of, steps};
use crate::api::{ApiError, Joined, use_api};
use crate::clock::use_clock;
use crate::form::{Checkbox, Field, TextArea};
use crate::format::count;
use crate::layout::{Page, use_paths};
use crate::query::{Query, query_view};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::routes::with_query;
use crate::session::use_session;
use crate::ui::{
    Button, ButtonKind, Card, CodeBlock, Confirm, Details, Glyph, Notice, TextLink, Tone,
};

/// Problems that are shown at once.
const SHOWN: usize = 20;

type Reading = Result<Document, Vec<DocumentProblem>>;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Import {
    text: RwSignal<String>,
    read: Memo<Reading>,
    missing: Memo<Missing>,
    run: RwSignal<Option<Run>>,
    query: Query<World>,
}

/// The page.
pub fn import_page() -> AnyView {
    let (api, paths, address) = (use_api(), use_paths(), use_query_map());
    let kept = KeptText::of_import(&api.project());
    let text = RwSignal::new(kept.recall().unwrap_or_default());
    Effect::new(move |_| text.with(|text| kept.keep(text)));
    let import = Import {
        text,
        read: Memo::new(move |_| text.with(|text| Document::read(text))),
        missing: Memo::new(move |_| missing_of(address.read().get("missing").as_deref())),
        run: RwSignal::new(None),
        query: Query::new(world),
    };
    let (back, export) = (paths.policies(), paths.export_policies());
    let lead = move || {
        view! {
            "A document says what policies should be; nothing is changed before you apply the plan. The form is that of an "
            <TextLink href=export.clone()>"export"</TextLink> ". "
            <TextLink href=back.clone()>"Back to the policies"</TextLink>
        }
        .into_any()
    };
    let is_applied = Memo::new(move |_| import.run.with(Option::is_some));
    let content = move || {
        if is_applied.get() {
            applied(import)
        } else {
            let known = move |known: Signal<Arc<World>>| planned(import, known);
            // Whether there is a document, and not which one, decides what stands here.
            let is_read = Memo::new(move |_| import.read.with(Result::is_ok));
            let plan = move || {
                is_read
                    .get()
                    .then(|| query_view(import.query, "policies and servers", known))
            };
            view! { {document(import)} {plan} }.into_any()
        }
    };
    view! { <Page title="Import policies" lead=lead><div class="policy-text">{content}</div></Page> }
        .into_any()
}

fn document(import: Import) -> AnyView {
    let Import { text, read, .. } = import;
    let empty = Memo::new(move |_| text.with(|text| text.trim().is_empty()));
    let message = Signal::derive(move || {
        let problems = read.with(|read| read.as_ref().err().map(Vec::len));
        problems.filter(|_| !empty.get()).map(|number| {
            let problems = count(number, "problem", "problems");
            format!("This is no document yet: {problems}, listed below.")
        })
    });
    view! {
        <Card title="Document" actions=move || actions(text)>
            <Field id="policies-document" label="Text of the document" required=true message=message
                hint="Paste it here or choose a file. It is kept in this tab until you clear it.">
                <TextArea value=text on_input=move |new| text.set(new) rows=14 code=true/>
            </Field>
            {move || (!empty.get()).then(|| read.with(|read| read.as_ref().err().map(|list| problems(list))))}
        </Card>
    }
    .into_any()
}

fn problems(problems: &[DocumentProblem]) -> AnyView {
    let lines = problems
        .iter()
        .take(SHOWN)
        .map(|problem| view! { <li><bdi>{problem.to_string()}</bdi></li> })
        .collect_view();
    let more = problems.len().saturating_sub(SHOWN);
    view! {
        <ul class="policy-step-problems" aria-label="Problems of the document">{lines}</ul>
        {(more > 0).then(|| view! { <p>{format!("and {more} more.")}</p> })}
    }
    .into_any()
}

fn actions(text: RwSignal<String>) -> AnyView {
    let input: NodeRef<html::Input> = NodeRef::new();
    let failed = RwSignal::new(false);
    let pick = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        let Some(file) = first_file(&input) else {
            return;
        };
        leptos::task::spawn_local(async move {
            let read = wasm_bindgen_futures::JsFuture::from(file.text()).await;
            let read = read.ok().and_then(|read| read.as_string());
            failed.try_set(read.is_none());
            if let Some(read) = read {
                text.try_set(read);
            }
            // The same file can be chosen again after it was changed.
            input.set_value("");
        });
    };
    let blocked = Signal::derive(move || {
        text.with(String::is_empty)
            .then(|| "There is no text.".to_owned())
    });
    view! {
        <input node_ref=input type="file" hidden accept=".json,application/json,text/plain" aria-label="File with a document" on:change=chosen/>
        <span role="alert">{move || failed.get().then_some("The file could not be read.")}</span>
        <Button on_press=pick>"Choose a file"</Button>
        <Button kind=ButtonKind::Quiet icon=Glyph::Close blocked=blocked on_press=move |()| text.set(String::new())>"Clear"</Button>
    }
    .into_any()
}

/// The file somebody chose; it is a blob, which is all that is needed of it.
fn first_file(input: &web_sys::HtmlInputElement) -> Option<web_sys::Blob> {
    let files = js_sys::Reflect::get(input, &JsValue::from_str("files")).ok()?;
    let file = js_sys::Reflect::get_u32(&files, 0).ok()?;
    file.dyn_into().ok()
}

/// The plan for the document and the project as they are.
fn made(import: Import, known: &World) -> Option<Plan> {
    let missing = import.missing.get();
    import.read.with(|read| {
        let document = read.as_ref().ok()?;
        Some(plan(document, known, missing))
    })
}

fn planned(import: Import, known: Signal<Arc<World>>) -> AnyView {
    let (api, clock, navigate, paths) = (use_api(), use_clock(), use_navigate(), use_paths());
    let draft = RwSignal::new(Draft::new(Plan::default(), &World::default()));
    let newest = Memo::new(move |_| known.with(|known| made(import, known)));
    // What is chosen belongs to one plan; another one begins anew.
    Effect::new(move |_| {
        if let Some(newest) = newest.get() {
            let fresh = known.with_untracked(|known| Draft::new(newest, known));
            draft.set(fresh);
        }
    });
    let asking = RwSignal::new(false);
    let checking = RwSignal::new(false);
    // Why nothing was sent.
    let stopped = RwSignal::new(None::<String>);
    let start = move || {
        if checking.get_untracked() {
            return;
        }
        checking.set(true);
        stopped.set(None);
        let chosen = draft.get_untracked();
        leptos::task::spawn_local(async move {
            let fresh: Result<World, ApiError> = world(api).await;
            checking.try_set(false);
            match fresh {
                Err(error) => {
                    stopped.try_set(Some(error.to_string()));
                }
                Ok(fresh) if made_untracked(import, &fresh).as_ref() == Some(&chosen.plan) => {
                    let run = Run::new(chosen.plan, fresh, &chosen.chosen);
                    import.run.try_set(Some(run.clone()));
                    carry_out(api, import.run, run).await;
                }
                Ok(fresh) => {
                    import.query.put(Joined::whole(fresh), clock.now());
                    stopped.try_set(Some(
                        "The policies have changed since this plan was made. It is made anew below; look at it again.".to_owned(),
                    ));
                }
            }
        });
    };
    let deletions = Memo::new(move |_| {
        draft.with(|draft| {
            let steps = draft.plan.steps.iter().zip(&draft.chosen);
            let deletes =
                |(step, on): &(&Step, &bool)| **on && matches!(step.kind, Kind::Delete { .. });
            steps.filter(deletes).count()
        })
    });
    let ready = Memo::new(move |_| draft.with(|draft| known.with(|known| draft.ready(known))));
    let blocked = Signal::derive(move || ready.get().err());
    let verb = move || match ready.get() {
        Ok(number) => format!("Apply {}", count(number, "step", "steps")),
        Err(_) => "Apply".to_owned(),
    };
    let apply = move |()| match deletions.get_untracked() {
        0 => start(),
        _ => asking.set(true),
    };
    let confirmed = move |()| {
        asking.set(false);
        start();
    };
    let deleted = move || count(deletions.get(), "policy", "policies");
    // A slip of the hand must not leave servers without a schedule.
    let session = use_session();
    let unprotects = Memo::new(move |_| {
        draft.with(|draft| {
            let mut chosen = draft.plan.steps.iter().zip(&draft.chosen);
            chosen.any(|(step, on)| {
                *on && matches!(step.kind, Kind::Delete { servers } if servers > 0)
            })
        })
    });
    let typed_name = Signal::derive(move || unprotects.get().then(|| session.project_name()));
    let unnamed = move |on: bool| {
        let query = [("missing", if on { "delete" } else { "" })];
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&with_query(paths.import_policies(), &query), options);
    };
    let is_deleting = Signal::derive(move || import.missing.get() == Missing::Delete);
    view! {
        <Card title="Plan">
            <Checkbox label="Delete policies that the document does not name" checked=is_deleting on_change=unnamed
                hint="Off: they stay as they are."/>
            {steps(draft, known)}
            {move || stopped.get().map(|text| view! {
                <Notice tone=Tone::Warning title="Nothing was sent" announce=true><p>{text}</p></Notice>
            })}
            <div class="policy-text-row">
                <Button kind=ButtonKind::Primary busy=checking blocked=blocked on_press=apply>{verb}</Button>
            </div>
        </Card>
        <Confirm open=asking title=Signal::derive(move || format!("Apply the plan and delete {}?", deleted())) typed_name=typed_name
            verb=Signal::derive(move || format!("Apply and delete {}", deleted())) on_confirm=confirmed>
            <p>"Their servers are no longer backed up on a schedule. The backups made so far stay."</p>
        </Confirm>
    }
    .into_any()
}

fn made_untracked(import: Import, known: &World) -> Option<Plan> {
    untrack(|| made(import, known))
}

fn applied(import: Import) -> AnyView {
    let paths = use_paths();
    let busy = Signal::derive(move || {
        import
            .run
            .with(|run| run.as_ref().is_some_and(|run| run.busy))
    });
    let blocked = Signal::derive(move || busy.get().then(|| "Steps are under way.".to_owned()));
    let again = move |()| {
        import.query.refresh();
        import.run.set(None);
    };
    view! {
        <Card title="Results">
            {results(import.run)}
            <p class="field-hint">"Steps can be taken back until you leave this page or make a new plan."</p>
            <div class="policy-text-row">
                <Button kind=ButtonKind::Primary blocked=blocked on_press=again>"Make a new plan"</Button>
                <TextLink href=paths.policies()>"Back to the policies"</TextLink>
            </div>
            <Details summary="The document"><CodeBlock code=import.text what="document"/></Details>
        </Card>
    }
    .into_any()
}
