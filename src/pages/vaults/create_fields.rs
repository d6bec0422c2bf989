//! The plain fields of the form for a new vault.

use contract::cbr::rules::{MIN_NEW_SIZE, ObjectType, SIZES};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::create::{Making, labelled};
use super::draft::id;
use super::words::object_title;
use crate::clock::use_clock;
use crate::form::{Checkbox, NumberInput, Select, SelectOption, TextArea, TextInput};
use crate::format::grouped;
use crate::layout::use_paths;
use crate::ui::{Choice, Pick, TextLink, Time};

/// What can be put into vaults here.
const OBJECTS: [ObjectType; 3] = [ObjectType::Server, ObjectType::Disk, ObjectType::Turbo];

/// Name, kind and how consistent its backups are.
pub fn what(making: Making) -> AnyView {
    let draft = making.draft;
    let objects = OBJECTS
        .map(|object| Pick::new(object.as_str(), object_title(object)))
        .to_vec();
    let keeps = vec![
        Pick::new("backup", "Backups"),
        Pick::new("replication", "Replicas from elsewhere"),
    ];
    let levels = vec![
        Pick::new("crash", "As after a power cut"),
        Pick::new("app", "With applications"),
    ];
    let choose_object = move |key: String| {
        let object = ObjectType::from_word(&key).unwrap_or(ObjectType::Server);
        draft.update(|draft| {
            draft.object = object;
            // Only servers have applications, and only their backups are replicated.
            draft.with_applications &= object == ObjectType::Server;
            draft.replicas &= object == ObjectType::Server;
        });
    };
    let choose_keeps = move |key: String| {
        draft.update(|draft| {
            draft.replicas = key == "replication";
            draft.with_applications &= !draft.replicas;
            if draft.replicas {
                draft.policy.clear();
            }
        })
    };
    let servers = making.read(|draft| draft.object == ObjectType::Server);
    let backups = making.read(|draft| draft.object == ObjectType::Server && !draft.replicas);
    let name = making.message(id::NAME, |draft| !draft.name.is_empty());
    let description = making.message(id::DESCRIPTION, |_| true);
    let prefix = making.message(id::PREFIX, |_| true);
    view! {
        {labelled(id::NAME, "Name", true, Some("Letters, digits, _ and -, up to 64."), name, move || view! {
            <TextInput value=making.read(|draft| draft.name.clone()) on_input=move |text| draft.update(|draft| draft.name = text)/>
        }.into_any())}
        {labelled(id::DESCRIPTION, "Description", false, Some("Up to 64 characters, without < and >."), description, move || view! {
            <TextArea value=making.read(|draft| draft.description.clone()) rows=2 on_input=move |text| draft.update(|draft| draft.description = text)/>
        }.into_any())}
        <Choice legend="Holds" picks=objects chosen=making.read(|draft| draft.object.as_str().to_owned()) on_choose=choose_object/>
        {move || servers.get().then(|| view! {
            <Choice legend="Keeps" picks=keeps.clone() on_choose=choose_keeps
                chosen=making.read(|draft| if draft.replicas { "replication" } else { "backup" }.to_owned())/>
        })}
        {move || backups.get().then(|| view! {
            <Choice legend="Consistency of its backups" picks=levels.clone()
                chosen=making.read(|draft| if draft.with_applications { "app" } else { "crash" }.to_owned())
                on_choose=move |key: String| draft.update(|draft| draft.with_applications = key == "app")/>
            <p class="field-hint">"With applications, databases write their data out before each backup. That needs the service’s agent in the servers, which have to run, and cannot be changed later."</p>
        })}
        {labelled(id::PREFIX, "What names of its backups begin with", false, Some("Letters, digits, _ and -, up to 32."), prefix, move || view! {
            <TextInput value=making.read(|draft| draft.prefix.clone()) on_input=move |text| draft.update(|draft| draft.prefix = text)/>
        }.into_any())}
    }
    .into_any()
}

/// Size, growing, and when somebody is told.
pub fn size(making: Making) -> AnyView {
    let draft = making.draft;
    let message = making.message(id::SIZE, |_| true);
    let threshold = making.message(id::THRESHOLD, |_| true);
    let hint = format!(
        "{MIN_NEW_SIZE} to {} GB. It can be enlarged later, and made smaller down to what is in it.",
        grouped(SIZES.1.unsigned_abs())
    );
    view! {
        <crate::form::Field id=id::SIZE label="Size" required=true message=message hint=hint>
            <NumberInput unit="GB" value=making.read(|draft| draft.size.clone()) on_input=move |text| draft.update(|draft| draft.size = text)/>
        </crate::form::Field>
        <Checkbox label="Grow by itself when it is full" checked=making.read(|draft| draft.auto_expand)
            hint="A full vault that does not grow makes backups fail. One that grows costs more."
            on_change=move |on| draft.update(|draft| draft.auto_expand = on)/>
        {labelled(id::THRESHOLD, "Threshold", true, Some("From 1 to 100 percent of the size."), threshold, move || view! {
            <NumberInput unit="%" value=making.read(|draft| draft.threshold.clone()) on_input=move |text| draft.update(|draft| draft.threshold = text)/>
        }.into_any())}
        <Checkbox label="Send a message when the threshold is reached" checked=making.read(|draft| draft.notify)
            hint="Through the cloud’s message service (SMN), to whoever subscribed there."
            on_change=move |on| draft.update(|draft| draft.notify = on)/>
        <p class="field-hint">"Paid by its size, hourly. Monthly and yearly packages are ordered in the cloud’s own console."</p>
    }
    .into_any()
}

/// The policy that is applied from the beginning, with its next run.
pub fn policy(making: Making) -> AnyView {
    let (draft, clock, paths) = (making.draft, use_clock(), use_paths());
    let options = Signal::derive(move || {
        let none = SelectOption::new("", "None: backups by hand only");
        let known = making.known.read();
        let backup = known.policies.iter().filter(|policy| !policy.replication);
        let mut options: Vec<_> = backup
            .map(|policy| {
                let off = if policy.enabled {
                    ""
                } else {
                    " (switched off)"
                };
                SelectOption::new(policy.id.clone(), format!("{}{off}", policy.name))
            })
            .collect();
        options.sort_by(|a, b| a.label.cmp(&b.label));
        options.insert(0, none);
        options
    });
    let next = Signal::derive(move || -> Option<Timestamp> {
        let known = making.known.read();
        let chosen = draft.with(|draft| draft.policy.clone());
        let policy = known.policies.iter().find(|policy| policy.id == chosen)?;
        policy.next_runs(clock.ticking(), 1).first().copied()
    });
    let replicas = making.read(|draft| draft.replicas);
    let message = making.message(id::POLICY, |_| false);
    let all = StoredValue::new(paths.policies());
    view! {
        {move || if replicas.get() {
            view! { <p>"No policy can be applied to a vault for replicas."</p> }.into_any()
        } else {
            labelled(id::POLICY, "Backup policy", false, None, message, move || view! {
                <Select options=options value=making.read(|draft| draft.policy.clone()) on_change=move |id| draft.update(|draft| draft.policy = id)/>
            }.into_any())
        }}
        {move || next.get().is_some().then(|| view! { <p>"Next run: " <Time at=next/></p> })}
        <p class="field-hint">"Without a policy nothing is backed up by itself. " <TextLink href=all.get_value()>"All policies"</TextLink></p>
    }
    .into_any()
}
