//! The policy editor: one page, the form on the left, what comes of it on the right.

use contract::model::Policy;
use leptos::prelude::*;

use super::conflict::conflict;
use super::draft::{PolicyDraft, id};
use super::fields::{PolicyFields, ServerRef};
use super::form::{Editing, PolicyForm};
use super::keep::{DraftPlace, KeptDraft};
use super::retention_form::retention_fields;
use super::review::{review, zone_key};
use super::servers_form::server_fields;
use crate::api::{PAGE, backups_page, policies, servers, use_api};
use crate::clock::use_clock;
use crate::form::{ErrorSummary, Field, TextArea, TextInput};
use crate::layout::use_paths;
use crate::query::Query;
use crate::schedule::{NextRuns, ScheduleBuilder, zone_of};
use crate::session::recall;
use crate::ui::{Button, ButtonKind, ButtonLink, Card, Glyph, Notice, Switch, use_toasts};

/// The editor of a policy, or of a new one that already holds `server`.
pub fn editor(policy: Option<Policy>, server: Option<String>) -> AnyView {
    let (api, clock) = (use_api(), use_clock());
    let own = policy.as_ref().map(|policy| policy.id.clone());
    let place = StoredValue::new(DraftPlace::new(&api.project(), own.as_deref()));
    let zone = own
        .as_deref()
        .and_then(|id| recall(&zone_key(id)))
        .unwrap_or_else(|| "mine".to_owned());
    let fresh = match &policy {
        Some(policy) => {
            let offset = zone_of(&zone).offset(clock.now()) * 60;
            PolicyDraft::of_fields(&PolicyFields::from(policy), &zone, offset)
        }
        None => PolicyDraft::new(&zone),
    };
    let kept = place
        .with_value(DraftPlace::recall)
        .filter(|kept| kept.base.is_some() == policy.is_some());
    let was_kept = kept.is_some();
    let (draft, base) = match kept {
        Some(KeptDraft { draft, base }) => (draft, base),
        None => (fresh.clone(), policy.as_ref().map(PolicyFields::from)),
    };
    let all_servers = Query::new(servers);
    let backups = own.map(|id| {
        Query::new(move |api| {
            let id = id.clone();
            async move { backups_page(api, &[("policy_id", &id)], None, PAGE).await }
        })
    });
    let form = PolicyForm::new(draft);
    let editing = Editing::new(
        form,
        policy.clone(),
        base,
        Query::new(policies),
        all_servers,
        backups,
    );
    preselect(editing, server.filter(|_| !was_kept));
    keep(editing, place, fresh.clone());
    let discarded = RwSignal::new(!was_kept);
    let discard = move |()| {
        form.load(fresh.clone());
        editing.base.set(
            editing
                .policy
                .get_untracked()
                .as_ref()
                .map(PolicyFields::from),
        );
        place.with_value(DraftPlace::forget);
        discarded.set(true);
    };
    let discard = StoredValue::new(Callback::new(discard));
    view! {
        {move || (!discarded.get()).then(|| view! {
            <Notice title="Your unsaved entries are back">
                <p>"They were kept in this tab when the page was left."</p>
                <Button on_press=discard.get_value()>"Discard them"</Button>
            </Notice>
        })}
        {sheet(editing, place)}
    }
    .into_any()
}

/// Puts the server of the address into a new policy, as soon as its name is known.
fn preselect(editing: Editing, server: Option<String>) {
    let wanted = StoredValue::new(server);
    Effect::new(move |_| {
        let Some(known) = editing.servers.data() else {
            return;
        };
        let Some(id) = wanted.try_update_value(Option::take).flatten() else {
            return;
        };
        if let Some(server) = known.iter().find(|server| server.id == id) {
            let server = ServerRef {
                id,
                name: server.name.clone(),
            };
            editing.form.servers.update(|servers| servers.push(server));
        }
    });
}

/// Keeps the draft in this tab while it differs from what the page began with.
fn keep(editing: Editing, place: StoredValue<DraftPlace>, fresh: PolicyDraft) {
    Effect::new(move |first: Option<()>| {
        let draft = editing.form.draft();
        let base = editing.base.get();
        // What has just been read back is there already.
        if first.is_none() {
            return;
        }
        place.with_value(|place| {
            if draft == fresh {
                place.forget()
            } else {
                place.keep(&KeptDraft { draft, base })
            }
        });
    });
}

fn sheet(editing: Editing, place: StoredValue<DraftPlace>) -> AnyView {
    let (toasts, paths) = (use_toasts(), use_paths());
    let reviewing = RwSignal::new(false);
    let changed = RwSignal::new(None::<Policy>);
    let try_save = move |()| match editing.checked.get_untracked() {
        Err(problems) => editing.problems.show(problems),
        Ok(_) => {
            editing.problems.show(Vec::new());
            if untrack(|| editing.is_changed()) {
                reviewing.set(true);
            } else {
                toasts.success("Nothing is changed, so there is nothing to save");
            }
        }
    };
    // A summary of problems that are solved would only confuse.
    Effect::new(move |_| {
        if editing.checked.with(Result::is_ok) {
            editing.problems.show(Vec::new());
        }
    });
    let cancel = move || match editing
        .policy
        .with(|policy| policy.as_ref().map(|policy| policy.id.clone()))
    {
        Some(id) => paths.policy(&id),
        None => paths.policies(),
    };
    let save_text = move || {
        if editing.base.with(Option::is_none) {
            "Review and create"
        } else {
            "Review changes"
        }
    };
    let start = Signal::derive(move || {
        editing
            .policy
            .with(|policy| policy.as_ref().and_then(|policy| policy.start_time))
    });
    let rule = Signal::derive(move || editing.builder.rule());
    let take = Callback::new(move |rule| {
        let offset = editing.builder.offset();
        editing.builder.edit(|draft| draft.take(rule, offset));
    });
    view! {
        <ErrorSummary problems=editing.problems/>
        <div class="policy-editor">
            <div class="policy-form">
                <Card title="Policy">{name_fields(editing)}</Card>
                <Card title="Schedule">{schedule_fields(editing)}</Card>
                <Card title="Retention">{retention_fields(editing)}</Card>
                <Card title="Servers">{server_fields(editing)}</Card>
            </div>
            <aside class="policy-consequences" aria-label="What comes of it">
                <Card title="Next runs">
                    <NextRuns rule=rule start=start zone=editing.builder.zone() on_take=take/>
                </Card>
            </aside>
        </div>
        <div class="policy-bar">
            <Button kind=ButtonKind::Primary icon=Glyph::Check on_press=try_save>{save_text}</Button>
            <ButtonLink href=Signal::derive(cancel)>"Cancel"</ButtonLink>
            <span class="field-hint">"What you enter is kept in this tab until it is saved or discarded."</span>
        </div>
        {review(editing, reviewing, place, changed)}
        {conflict(editing, changed, reviewing, place)}
    }
    .into_any()
}

fn name_fields(editing: Editing) -> AnyView {
    let form = editing.form;
    let left = RwSignal::new(false);
    let name_message = Signal::derive(move || {
        // An empty name is no mistake before somebody has been there.
        let asked = left.get() || !form.name.with(String::is_empty);
        let broken = asked
            .then(|| form.draft().name_problem(&editing.others()))
            .flatten();
        broken
            .map(|text| format!("Name: {text}"))
            .or_else(|| editing.problems.message(id::NAME))
    });
    let description_message = Signal::derive(move || {
        let broken = contract::rules::Description::try_from(form.description.get()).err()?;
        Some(format!("Description: {broken}."))
    });
    view! {
        <Field id=id::NAME label="Name" required=true message=name_message hint="Letters, digits, _ and -, up to 255.">
            <TextInput value=form.name on_input=move |text| form.name.set(text) on_leave=move |()| left.set(true)/>
        </Field>
        <Field id=id::DESCRIPTION label="Description" message=description_message hint="Up to 255 characters, without < and >.">
            <TextArea value=form.description rows=2 on_input=move |text| form.description.set(text)/>
        </Field>
        <Switch label="Run on schedule" on=form.enabled on_change=move |on| form.enabled.set(on)
            hint="Off, the policy can still be run by hand."/>
    }
    .into_any()
}

fn schedule_fields(editing: Editing) -> AnyView {
    let message = Signal::derive(move || editing.problems.message(id::SCHEDULE));
    move_or_build(editing, message)
}

/// The builder, or the text of a pattern that cannot be read.
fn move_or_build(editing: Editing, message: Signal<Option<String>>) -> AnyView {
    let replace = move |()| editing.form.schedule_untouched.set(false);
    let pattern = Signal::derive(move || {
        editing.base.with(|base| {
            base.as_ref()
                .map(|base| base.pattern.clone())
                .unwrap_or_default()
        })
    });
    view! {
        {move || if editing.form.schedule_untouched.get() {
            let problems = contract::schedule::Schedule::parse(&pattern.get()).err().unwrap_or_default();
            let list = problems.iter().take(6).map(|problem| view! { <li>{problem.to_string()}</li> }).collect_view();
            view! {
                <div id=id::SCHEDULE tabindex="-1">
                    <Notice title="This schedule holds something the builder does not know">
                        <p>"It is shown as it is stored, and stays as it is when you save other fields."</p>
                        <pre class="policy-pattern" tabindex="0">{pattern.get()}</pre>
                        <ul>{list}</ul>
                        <Button on_press=replace>"Replace the schedule"</Button>
                    </Notice>
                </div>
            }
            .into_any()
        } else {
            view! { <ScheduleBuilder builder=editing.builder message=message/> }.into_any()
        }}
    }
    .into_any()
}
