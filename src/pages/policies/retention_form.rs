//! How long backups are kept, and what that does to those that exist.

use contract::model::Retention;
use leptos::prelude::*;

use super::draft::{Keep, id};
use super::forecast::{forecast, forecast_details, lost};
use super::form::Editing;
use super::words::{retention_words, steady_count};
use crate::clock::use_clock;
use crate::form::{Field, NumberInput};
use crate::format::count;
use crate::ui::{Button, Choice, Notice, Pick, Tone};

pub fn retention_fields(editing: Editing) -> AnyView {
    let retention = editing.form.retention;
    let untouched = Memo::new(move |_| retention.with(|draft| draft.untouched.clone()));
    view! {
        {move || match untouched.get() {
            Some(kept) => untouched_retention(editing, &kept),
            None => limits(editing),
        }}
        {effect(editing)}
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
    let picks: Vec<Pick> = Keep::ALL
        .into_iter()
        .map(|keep| Pick::new(keep.key(), keep.title()))
        .collect();
    let choose = move |key: String| retention.update(|draft| draft.keep = Keep::from_key(&key));
    let broken = move |field: &'static str| {
        Signal::derive(move || {
            let problems = retention.with(|draft| draft.check()).err()?;
            problems
                .into_iter()
                .find(|problem| problem.field == field)
                .map(|problem| problem.text)
        })
    };
    let backups = Signal::derive(move || retention.with(|draft| draft.count.clone()));
    let days = Signal::derive(move || retention.with(|draft| draft.days.clone()));
    let hint = move || match keep.get() {
        Keep::Both => "A backup goes as soon as it passes one of the two limits.",
        Keep::Forever => "Nothing is deleted by itself; the backups quota fills up.",
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
    }
    .into_any()
}

/// What the retention comes to, and what it deletes that the old one would keep.
fn effect(editing: Editing) -> AnyView {
    let clock = use_clock();
    let retention = Memo::new(move |_| editing.form.retention.with(|draft| draft.check()).ok());
    let steady = move || {
        let retention = retention.get()?;
        if retention == Retention::Forever {
            return None;
        }
        let backups = steady_count(editing.builder.rule()?, &retention, clock.ticking())?;
        Some(format!(
            "Forecast: about {} for each server once it has run long enough.",
            count(backups as usize, "backup", "backups")
        ))
    };
    let existing = move || {
        let (retention, page) = (retention.get()?, editing.backups?.data()?);
        let base = editing.base.get()?;
        let now = clock.ticking();
        let lost = lost(&base.retention, &retention, &page.backups, now);
        let all = forecast(&retention, &page.backups, now);
        let stay = all.iter().filter(|entry| entry.fate.stays()).count();
        let part = page.next.is_some().then_some(" (of the newest 1000)");
        let said = format!(
            "Of {} that exist, {stay} stay.",
            count(all.len(), "usable backup", "usable backups")
        );
        let going = (!lost.is_empty()).then(|| {
            let title = format!("This change deletes {}", count(lost.len(), "backup", "backups"));
            let table = forecast_details("Which ones", lost);
            view! {
                <Notice tone=Tone::Warning title=title>
                    <p>"The service deletes them with its next clean-up, about every second day. That cannot be undone."</p>
                    {table}
                </Notice>
            }
        });
        let reasons = forecast_details("What becomes of each backup", all);
        Some(view! {
            <p class="field-hint">{said} {part}</p>
            {going}
            {reasons}
        })
    };
    view! {
        <div class="policy-effect" aria-live="polite">
            <p class="field-hint">{steady}</p>
            {existing}
        </div>
    }
    .into_any()
}
