//! How long backups are kept, and what that comes to.

use contract::model::Retention;
use leptos::prelude::*;

use super::draft::{Keep, RetentionDraft, SlotField, id, offsets};
use super::form::Editing;
use super::purpose_form::full_field;
use super::words::{retention_words, steady_count};
use crate::clock::use_clock;
use crate::form::{Field, NumberInput, Select, SelectOption};
use crate::format::count;
use crate::ui::{Button, Choice, Notice, Pick};

pub fn retention_fields(editing: Editing) -> AnyView {
    let retention = editing.form.retention;
    let untouched = Memo::new(move |_| retention.with(|draft| draft.untouched.clone()));
    let service = editing.form.generation.capabilities();
    view! {
        <div id=id::RETENTION tabindex="-1" class="policy-retention">
            {move || match untouched.get() {
                Some(kept) => untouched_retention(editing, &kept),
                None => limits(editing),
            }}
            {service.replication.then(|| full_field(editing))}
            {effect(editing)}
        </div>
    }
    .into_any()
}

/// A retention the form does not edit.
fn untouched_retention(editing: Editing, kept: &Retention) -> AnyView {
    let replace = move |()| {
        editing
            .form
            .retention
            .update(|draft| draft.untouched = None)
    };
    let words = retention_words(kept);
    view! {
        <Notice title="This retention has long-term slots">
            <p>{words} "."</p>
            <p>"It stays as it is when you save other fields."</p>
            <Button on_press=replace>"Replace the retention"</Button>
        </Notice>
    }
    .into_any()
}

fn limits(editing: Editing) -> AnyView {
    let retention = editing.form.retention;
    let keep = Memo::new(move |_| retention.with(|draft| draft.keep));
    let service = editing.form.generation.capabilities();
    let picks: Vec<Pick> = Keep::of(service)
        .into_iter()
        .map(|keep| Pick::new(keep.key(), keep.title()))
        .collect();
    let choose = move |key: String| retention.update(|draft| draft.keep = Keep::from_key(&key));
    let broken = move |field| broken(retention, field);
    let backups = Signal::derive(move || retention.with(|draft| draft.count.clone()));
    let days = Signal::derive(move || retention.with(|draft| draft.days.clone()));
    let hint = move || match keep.get() {
        Keep::Both => "A backup goes as soon as it passes one of the two limits.",
        Keep::Slots => {
            "Counted for each resource. The newest ones stay, and beyond them the newest of each day, week, month and year."
        }
        Keep::Forever if service.vaults => "Nothing is deleted by itself; the vaults fill up.",
        Keep::Forever => "Nothing is deleted by itself; the backups quota fills up.",
        Keep::Count | Keep::Days if service.vaults => {
            "Counted for each resource. Backups made by hand go only at an end they were given."
        }
        Keep::Count | Keep::Days => {
            "Counted for each server. Backups made by hand are never deleted by a retention."
        }
    };
    view! {
        <Choice legend="Keep" picks=picks chosen=Signal::derive(move || keep.get().key().to_owned()) on_choose=choose/>
        <p class="field-hint">{hint}</p>
        <div class="policy-limits">
            {move || keep.get().has_count().then(|| view! {
                <Field id=id::COUNT label="Backups to keep" required=true message=broken(id::COUNT)>
                    <NumberInput value=backups unit="newest" on_input=move |text| retention.update(|draft| draft.count = text)/>
                </Field>
            })}
            {move || keep.get().has_days().then(|| view! {
                <Field id=id::DAYS label="Days to keep" required=true message=broken(id::DAYS)>
                    <NumberInput value=days unit="days" on_input=move |text| retention.update(|draft| draft.days = text)/>
                </Field>
            })}
        </div>
        {move || (keep.get() == Keep::Slots).then(|| slot_fields(retention))}
    }
    .into_any()
}

/// What is wrong with one field as it stands.
fn broken(retention: RwSignal<RetentionDraft>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || {
        let problems = retention.with(|draft| draft.check()).err()?;
        let mut problems = problems.into_iter();
        problems
            .find(|problem| problem.field == field)
            .map(|problem| problem.text)
    })
}

/// Of which days, weeks, months and years the newest backup is kept, and where days begin.
fn slot_fields(retention: RwSignal<RetentionDraft>) -> AnyView {
    let fields = SlotField::ALL
        .into_iter()
        .enumerate()
        .map(|(n, field)| {
            let value = Signal::derive(move || retention.with(|draft| draft.slots[n].clone()));
            let set = move |text| retention.update(|draft| draft.slots[n] = text);
            view! {
                <Field id=field.id() label=field.label() required=true message=broken(retention, field.id())>
                    <NumberInput value=value unit=field.unit() on_input=set/>
                </Field>
            }
        })
        .collect_view();
    let zone = Signal::derive(move || retention.with(|draft| draft.timezone.clone()));
    let options = Signal::derive(move || {
        let mut offsets = offsets();
        // One that is stored in another spelling stays as it is.
        let stored = zone.get();
        if !offsets.contains(&stored) {
            offsets.push(stored);
        }
        let option = |offset: String| SelectOption::new(offset.clone(), offset);
        offsets.into_iter().map(option).collect::<Vec<_>>()
    });
    view! {
        <div class="policy-limits">{fields}</div>
        <Field id="policy-slots-zone" label="Days begin at midnight in" required=true
            hint="A fixed distance from UTC: it does not follow daylight saving.">
            <Select options=options value=zone on_change=move |zone| retention.update(|draft| draft.timezone = zone)/>
        </Field>
    }
    .into_any()
}

/// What the retention comes to; what it does to each backup is beside it.
fn effect(editing: Editing) -> AnyView {
    let clock = use_clock();
    let steady = move || {
        let retention = editing
            .form
            .retention
            .with(|draft| draft.check())
            .ok()
            .filter(|retention| *retention != Retention::Forever)?;
        let rules = editing.form.rules.schedules();
        let backups = steady_count(&rules, &retention, clock.ticking())?;
        Some(format!(
            "Forecast: about {} for each {} once it has run long enough.",
            count(backups as usize, "backup", "backups"),
            if editing.form.generation.capabilities().vaults {
                "resource"
            } else {
                "server"
            }
        ))
    };
    view! { <div class="policy-effect" aria-live="polite"><p class="field-hint">{steady}</p></div> }
        .into_any()
}
