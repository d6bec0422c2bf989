//! The policy editor: one page, the form on the left, what comes of it on the right.

use contract::model::{Generation, Policy};
use leptos::prelude::*;

use super::backups::PolicyBackups;
use super::conflict::conflict;
use super::draft::{PolicyDraft, id};
use super::fields::{PolicyFields, ServerRef};
use super::form::{Around, Editing, PolicyForm};
use super::keep::{DraftPlace, KeptDraft};
use super::purpose_form::purpose_fields;
use super::retention_form::retention_fields;
use super::review::{review, zone_key};
use super::rules_form::rules_fields;
use super::servers_form::server_fields;
use super::service::{policies_of, region_of};
use super::timeline::editor_timeline;
use super::vaults_form::vault_fields;
use crate::api::{servers, use_api, vaults};
use crate::clock::use_clock;
use crate::form::{EntriesBack, ErrorSummary, Field, TextArea, TextInput};
use crate::layout::use_paths;
use crate::query::Query;
use crate::schedule::{NextRuns, zone_of};
use crate::session::{recall, use_session};
use crate::ui::{Button, ButtonKind, ButtonLink, Card, Glyph, Switch, use_toasts};

/// What the editor begins with.
pub enum Begin {
    /// A new policy of a service, which may hold a server already.
    New {
        generation: Generation,
        server: Option<String>,
    },
    /// One that exists.
    Edit(Box<Policy>),
}

/// The editor of a policy, or of a new one.
pub fn editor(begin: Begin) -> AnyView {
    let (api, clock) = (use_api(), use_clock());
    let (generation, policy, server) = match begin {
        Begin::New { generation, server } => (generation, None, server),
        Begin::Edit(policy) => (policy.generation, Some(*policy), None),
    };
    let own = policy.as_ref().map(|policy| policy.id.clone());
    let place = StoredValue::new(DraftPlace::new(&api.project(), generation, own.as_deref()));
    let zone = own
        .as_deref()
        .and_then(|id| recall(&zone_key(id)))
        .unwrap_or_else(|| "mine".to_owned());
    let fresh = match &policy {
        Some(policy) => {
            let offset = zone_of(&zone).offset(clock.now()) * 60;
            PolicyDraft::of_fields(&PolicyFields::from(policy), &zone, offset)
        }
        None => PolicyDraft::new(generation, &zone),
    };
    let kept = place
        .with_value(DraftPlace::recall)
        .filter(|kept| kept.base.is_some() == policy.is_some() && !kept.draft.rules.is_empty());
    let was_kept = kept.is_some();
    let (draft, base) = match kept {
        Some(KeptDraft { draft, base }) => (draft, base),
        None => (fresh.clone(), policy.as_ref().map(PolicyFields::from)),
    };
    let form = PolicyForm::new(draft);
    let around = around(generation, policy.as_ref());
    let editing = Editing::new(form, policy.clone(), base, around);
    preselect(editing, server.filter(|_| !was_kept));
    keep(editing, place, fresh.clone());
    let back = RwSignal::new(was_kept);
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
    };
    view! {
        <EntriesBack back=back kept="They were kept in this tab when the page was left." first_field=id::NAME on_discard=discard/>
        {sheet(editing, place)}
    }
    .into_any()
}

/// What the form is told of the project: what the service's policies speak of, and nothing else.
fn around(generation: Generation, policy: Option<&Policy>) -> Around {
    let service = generation.capabilities();
    let backups = policy.cloned().map(|policy| {
        Query::new(move |api| {
            let policy = policy.clone();
            async move { PolicyBackups::of(api, &policy).await }
        })
    });
    let region = region_of(&use_session().project_name()).to_owned();
    Around {
        all: Query::new(move |api| policies_of(api, generation)),
        servers: Query::new(move |api| async move {
            match service.servers_in_policy {
                true => servers(api).await,
                false => Ok(Vec::new()),
            }
        }),
        vaults: Query::new(move |api| async move {
            match service.vaults {
                true => vaults(api).await,
                false => Ok(Vec::new()),
            }
        }),
        backups,
        region: StoredValue::new(region),
    }
}

/// Puts the server of the address into a new policy, as soon as its name is known.
fn preselect(editing: Editing, server: Option<String>) {
    let wanted = StoredValue::new(server);
    Effect::new(move |_| {
        let Some(known) = editing.around.servers.data() else {
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
    let service = editing.form.generation.capabilities();
    let start = Signal::derive(move || {
        editing
            .policy
            .with(|policy| policy.as_ref().and_then(|policy| policy.start_time))
    });
    let rules = Signal::derive(move || editing.form.rules.schedules());
    let take = Callback::new(move |rule| {
        if let Some(current) = untrack(|| editing.form.rules.current()) {
            let offset = untrack(|| current.builder.offset());
            current.builder.edit(|draft| draft.take(rule, offset));
        }
    });
    let whom = move || match service.vaults {
        true => view! { <Card title="Vaults">{vault_fields(editing)}</Card> }.into_any(),
        false => view! { <Card title="Servers">{server_fields(editing)}</Card> }.into_any(),
    };
    let purpose = service
        .replication
        .then(|| view! { <Card title="Purpose">{purpose_fields(editing)}</Card> });
    view! {
        <ErrorSummary problems=editing.problems/>
        <div class="policy-editor">
            <div class="policy-form">
                <Card title="Policy">{name_fields(editing)}</Card>
                {purpose}
                <Card title="Schedule">{rules_fields(editing)}</Card>
                <Card title="Retention">{retention_fields(editing)}</Card>
                {whom()}
            </div>
            <aside class="policy-consequences" aria-label="What comes of it">
                <Card title="Next runs">
                    <NextRuns rules=rules start=start zone=editing.form.rules.zone() on_take=take/>
                </Card>
                <Card title="Retention over time">{editor_timeline(editing)}</Card>
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
    let service = form.generation.capabilities();
    let description_message = Signal::derive(move || {
        let broken = contract::rules::Description::try_from(form.description.get()).err()?;
        Some(format!("Description: {broken}."))
    });
    let name_hint = if service.vaults {
        "Letters, digits, _ and -, up to 64."
    } else {
        "Letters, digits, _ and -, up to 255."
    };
    let description = service.described_policies.then(|| view! {
        <Field id=id::DESCRIPTION label="Description" message=description_message hint="Up to 255 characters, without < and >.">
            <TextArea value=form.description rows=2 on_input=move |text| form.description.set(text)/>
        </Field>
    });
    view! {
        <Field id=id::NAME label="Name" required=true message=name_message hint=name_hint>
            <TextInput value=form.name on_input=move |text| form.name.set(text) on_leave=move |()| left.set(true)/>
        </Field>
        {description}
        <Switch label="Run on schedule" on=form.enabled on_change=move |on| form.enabled.set(on)
            hint="Off, the policy can still be run by hand."/>
    }
    .into_any()
}
