//! What a policy of vaults makes: backups, or copies of them in another region; and how often a
//! backup is a full one.

use contract::model::Destination;
use leptos::prelude::*;

use super::draft::id;
use super::form::Editing;
use super::service::region_of;
use crate::form::{Checkbox, Field, NumberInput, Select, SelectOption};
use crate::session::use_session;
use crate::ui::{Choice, Pick};

const BACKUPS: &str = "backup";
const COPIES: &str = "replication";

/// Backups or copies, and where copies go. What exists does not change its kind.
pub fn purpose_fields(editing: Editing) -> AnyView {
    let form = editing.form;
    let is_new = Memo::new(move |_| editing.base.with(Option::is_none));
    let picks = vec![
        Pick::new(BACKUPS, "Backups"),
        Pick::new(COPIES, "Copies in another region"),
    ];
    let chosen = Signal::derive(move || {
        if form.replicates.get() {
            COPIES
        } else {
            BACKUPS
        }
        .to_owned()
    });
    let choose = move |key: String| form.replicates.set(key == COPIES);
    let kind = move || {
        if is_new.get() {
            let picks = picks.clone();
            return view! { <Choice legend="Makes" picks=picks chosen=chosen on_choose=choose/> }
                .into_any();
        }
        let said = if form.replicates.get() {
            "This policy copies backups to another region."
        } else {
            "This policy makes backups."
        };
        view! { <p class="field-hint">{said} " What it makes cannot be changed; make another policy for the other."</p> }
            .into_any()
    };
    view! {
        {kind}
        {move || form.replicates.get().then(|| destination_field(editing))}
    }
    .into_any()
}

/// A destination as the select writes it.
fn key_of(to: &Destination) -> String {
    format!("{}/{}", to.region, to.project_id)
}

fn destination_field(editing: Editing) -> AnyView {
    let (form, session) = (editing.form, use_session());
    let offered = Memo::new(move |_| {
        let own = editing.around.region.get_value();
        let present = form.destination.get();
        let mut offered: Vec<(Destination, String)> = session.with(|info| {
            let elsewhere = info
                .projects
                .iter()
                .filter(|project| region_of(&project.name) != own);
            elsewhere
                .map(|project| {
                    let to = Destination {
                        region: region_of(&project.name).to_owned(),
                        project_id: project.id.clone(),
                        acceleration: false,
                    };
                    (to, project.name.clone())
                })
                .collect()
        });
        // A project the reader may not enter is still where the policy copies to.
        let is_known = |(to, _): &(Destination, String)| key_of(to) == key_of(&present);
        if !present.project_id.is_empty() && !offered.iter().any(is_known) {
            let name = format!("{}, project {}", present.region, present.project_id);
            offered.push((present, name));
        }
        offered
    });
    let options = Signal::derive(move || {
        let none = SelectOption::new("/", "Choose a project");
        let offered = offered.get().into_iter();
        let offered = offered.map(|(to, name)| SelectOption::new(key_of(&to), name));
        core::iter::once(none).chain(offered).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || form.destination.with(key_of));
    let choose = move |key: String| {
        let found = offered.with(|offered| {
            let found = offered.iter().find(|(to, _)| key_of(to) == key);
            found.map(|(to, _)| to.clone())
        });
        let acceleration = form.destination.with_untracked(|to| to.acceleration);
        form.destination.set(Destination {
            acceleration,
            ..found.unwrap_or_default()
        });
        // Vaults of another project are no place for these copies.
        form.vaults.update(|vaults| {
            for vault in vaults {
                vault.destination_id.clear();
            }
        });
    };
    let message = Signal::derive(move || editing.problems.message(id::DESTINATION));
    let fast = Signal::derive(move || form.destination.with(|to| to.acceleration));
    view! {
        <Field id=id::DESTINATION label="Copies go to" required=true message=message
            hint="A project of another region. A policy that is applied to vaults keeps its region.">
            <Select options=options value=value on_change=choose/>
        </Field>
        <Checkbox label="Copy over a faster line" checked=fast hint="Costs more; the service calls it acceleration."
            on_change=move |on| form.destination.update(|to| to.acceleration = on)/>
    }
    .into_any()
}

/// How often a backup holds everything.
pub fn full_field(editing: Editing) -> AnyView {
    let typed = editing.form.full_every;
    let message = Signal::derive(move || editing.problems.message(id::FULL));
    view! {
        <Field id=id::FULL label="Runs between full backups" message=message
            hint="1 to 100. Empty: only the first backup is full, the others hold what has changed.">
            <NumberInput value=typed unit="runs" on_input=move |text| typed.set(text)/>
        </Field>
    }
    .into_any()
}
