//! Policies from text: the document, the plan it comes to, and carrying it out. The text is kept for
//! this tab at every letter; the plan follows it.

use std::sync::Arc;

use contract::document::plan::{Kind, Missing, Plan, Step, plan};
use contract::document::{
    Document, DocumentProblem, Form, Imported, LeftOut, World, import as read_text,
};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast as _, JsValue};

use super::super::keep::KeptText;
use super::super::service::{region_of, use_services};
use super::carry_out::{Asking, carry_out, world};
use super::results::results;
use super::run::Run;
use super::steps::{Draft, missing_of, steps};
use super::store::{Kept, last_import};
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

type Reading = Result<Imported, Vec<DocumentProblem>>;

/// What the parts of the page share.
#[derive(Clone)]
struct Import {
    text: RwSignal<String>,
    read: Memo<Reading>,
    missing: Memo<Missing>,
    kept: Kept,
    asking: Memo<Asking>,
    query: Query<World>,
}

/// The page.
pub fn import_page() -> AnyView {
    let (api, paths, address) = (use_api(), use_paths(), use_query_map());
    let kept = KeptText::of_import(&api.project());
    let text = RwSignal::new(kept.recall().unwrap_or_default());
    Effect::new(move |_| text.with(|text| kept.keep(text)));
    let read = Memo::new(move |_| text.with(|text| read_text(text)));
    let (services, session) = (use_services(), use_session());
    let asking = Memo::new(move |_| Asking {
        services,
        region: region_of(&session.project_name()).to_owned(),
        places: read.with(|read| {
            let documents = read.iter().map(|read| &read.document);
            let copied = documents.flat_map(Document::destinations);
            copied
                .map(|to| (to.region.clone(), to.project_id.clone()))
                .collect()
        }),
    });
    let import = Import {
        text,
        read,
        missing: Memo::new(move |_| missing_of(address.read().get("missing").as_deref())),
        kept: last_import(),
        asking,
        query: Query::new(move |api| world(api, asking.get())),
    };
    let (back, export) = (paths.policies(), paths.export_policies());
    let lead = move || {
        view! {
            "A text says what policies should be; nothing is changed before you apply the plan. Its form is that of an "
            <TextLink href=export.clone()>"export"</TextLink> ": a JSON document, or Terraform. "
            <TextLink href=back.clone()>"Back to the policies"</TextLink>
        }
        .into_any()
    };
    let run = import.kept.signal();
    let is_applied = Memo::new(move |_| run.with(Option::is_some));
    let content = move || {
        if is_applied.get() {
            return applied(&import);
        }
        // Whether there is a document, and not which one, decides what stands here.
        let is_read = Memo::new(move |_| read.with(Result::is_ok));
        let (query, shared) = (import.query, import.clone());
        let plan = move || {
            let shared = shared.clone();
            let known = move |known: Signal<Arc<World>>| planned(shared.clone(), known);
            is_read
                .get()
                .then(|| query_view(query, "policies and what they protect", known))
        };
        view! { {document(text, read)} {plan} }.into_any()
    };
    view! { <Page title="Import policies" lead=lead><div class="policy-text">{content}</div></Page> }
        .into_any()
}

fn document(text: RwSignal<String>, read: Memo<Reading>) -> AnyView {
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
            {move || read.with(|read| read.as_ref().ok().and_then(about))}
        </Card>
    }
    .into_any()
}

/// What a configuration was taken for, and what else stands in it.
fn about(read: &Imported) -> Option<AnyView> {
    if read.form == Form::Json {
        return None;
    }
    let policies = count(read.document.policies.len(), "policy", "policies");
    let left: Vec<String> = read.left_out.iter().map(LeftOut::to_string).collect();
    let left_out = (!left.is_empty()).then(|| {
        let summary = format!("{} left out", count(left.len(), "thing", "things"));
        let line = |line| view! { <li><bdi>{line}</bdi></li> };
        view! { <Details summary=summary><ul>{left.iter().cloned().map(line).collect_view()}</ul></Details> }
    });
    Some(
        view! {
            <p class="field-hint" role="status">{format!("Read as Terraform, {policies}. What is not written there has its default.")}</p>
            {left_out}
        }
        .into_any(),
    )
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
        <input node_ref=input type="file" hidden accept=".json,.tf,application/json,text/plain" aria-label="File with a document" on:change=chosen/>
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
fn made(read: Memo<Reading>, missing: Memo<Missing>, known: &World) -> Option<Plan> {
    let missing = missing.get();
    read.with(|read| {
        let read = read.as_ref().ok()?;
        Some(plan(&read.document, known, missing))
    })
}

fn planned(import: Import, known: Signal<Arc<World>>) -> AnyView {
    let Import {
        read,
        missing,
        kept,
        asking: asked_for,
        query,
        ..
    } = import;
    let (api, clock, navigate, paths) = (use_api(), use_clock(), use_navigate(), use_paths());
    let draft = RwSignal::new(Draft::new(Plan::default(), &World::default()));
    let newest = Memo::new(move |_| known.with(|known| made(read, missing, known)));
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
        let (chosen, asked) = (draft.get_untracked(), asked_for.get_untracked());
        let kept = kept.clone();
        let is_same = move |fresh: &World, chosen: &Plan| {
            untrack(|| made(read, missing, fresh)).as_ref() == Some(chosen)
        };
        leptos::task::spawn_local(async move {
            let fresh: Result<World, ApiError> = world(api, asked).await;
            checking.try_set(false);
            match fresh {
                Err(error) => {
                    stopped.try_set(Some(error.to_string()));
                }
                Ok(fresh) if is_same(&fresh, &chosen.plan) => {
                    let run = Run::new(chosen.plan, fresh, &chosen.chosen);
                    kept.set(Some(run.clone()));
                    carry_out(api, kept, run).await;
                }
                Ok(fresh) => {
                    query.put(Joined::whole(fresh), clock.now());
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
    let start_at_once = start.clone();
    let apply = move |()| match deletions.get_untracked() {
        0 => start_at_once(),
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
                *on && matches!(step.kind, Kind::Delete { servers, vaults } if servers + vaults > 0)
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
    let is_deleting = Signal::derive(move || missing.get() == Missing::Delete);
    view! {
        <Card title="Plan">
            <Checkbox label="Delete policies that the document does not name" checked=is_deleting on_change=unnamed
                hint="Off: they stay as they are. Policies of a service that the document has none of stay in any case."/>
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
            <p>"What they protect is no longer backed up on a schedule. The backups made so far stay."</p>
        </Confirm>
    }
    .into_any()
}

fn applied(import: &Import) -> AnyView {
    let paths = use_paths();
    let Import {
        kept,
        query,
        asking,
        text,
        ..
    } = import.clone();
    let run = kept.signal();
    let busy = Signal::derive(move || run.with(|run| run.as_ref().is_some_and(|run| run.busy)));
    let blocked = Signal::derive(move || busy.get().then(|| "Steps are under way.".to_owned()));
    let results = results(&kept, asking);
    let again = move |()| {
        query.refresh();
        kept.set(None);
    };
    let document = move || {
        text.with(|text| !text.is_empty()).then(|| {
            view! { <Details summary="The document"><CodeBlock code=text what="document"/></Details> }
        })
    };
    view! {
        <Card title="Results">
            {results}
            <p class="field-hint">"Steps can be taken back until you make a new plan, also after leaving this page."</p>
            <div class="policy-text-row">
                <Button kind=ButtonKind::Primary blocked=blocked on_press=again>"Make a new plan"</Button>
                <TextLink href=paths.policies()>"Back to the policies"</TextLink>
            </div>
            {document}
        </Card>
    }
    .into_any()
}
