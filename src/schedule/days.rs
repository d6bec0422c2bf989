//! On which days: weekdays as toggle buttons, or every few days.

use contract::schedule::{Weekday, Weekdays};
use leptos::prelude::*;

use super::builder::Builder;
use super::draft::Frequency;
use super::zones::{first_weekday, weekdays_from};
use crate::form::{Field, NumberInput};
use crate::ui::{Button, ButtonKind, Choice, Pick, Toggle, ToggleGroup};

pub(super) fn days_field(builder: Builder) -> AnyView {
    let frequency = Memo::new(move |_| builder.draft.with(|draft| draft.frequency));
    let picks = vec![
        Pick::new("weekly", "On weekdays"),
        Pick::new("daily", "Every few days"),
    ];
    let chosen = Signal::derive(move || match frequency.get() {
        Frequency::Weekly => "weekly".to_owned(),
        Frequency::Daily => "daily".to_owned(),
    });
    let choose = move |key: String| {
        let frequency = if key == "daily" {
            Frequency::Daily
        } else {
            Frequency::Weekly
        };
        builder.edit(|draft| draft.set_frequency(frequency));
    };
    view! {
        <div class="schedule-days">
            <Choice legend="Days" picks=picks chosen=chosen on_choose=choose/>
            {move || match frequency.get() {
                Frequency::Weekly => weekdays(builder),
                Frequency::Daily => interval(builder),
            }}
        </div>
    }
    .into_any()
}

fn weekdays(builder: Builder) -> AnyView {
    let order = weekdays_from(first_weekday());
    let toggles = Signal::derive(move || {
        let days = builder.draft.with(|draft| draft.days());
        order
            .iter()
            .map(|day| Toggle {
                short: day.english().to_owned(),
                name: day.english().to_owned(),
                pressed: days.contains(*day),
            })
            .collect::<Vec<_>>()
    });
    let toggle = move |index: usize| {
        if let Some(day) = order.get(index) {
            builder.edit(|draft| draft.toggle_day(*day));
        }
    };
    let preset = move |name: &'static str, change: fn(Weekdays) -> Weekdays| {
        let press = move |()| builder.edit(|draft| draft.set_days(change(draft.days())));
        view! { <Button kind=ButtonKind::Quiet on_press=press>{name}</Button> }
    };
    view! {
        <div class="schedule-weekdays">
            <ToggleGroup label="Weekdays" id="schedule-weekdays" toggles=toggles on_toggle=toggle/>
            <div class="schedule-presets">
                {preset("All days", |_| Weekdays::ALL)}
                {preset("Work days", |_| Weekdays::WORK)}
                {preset("Weekend", |_| Weekdays::WEEKEND)}
                {preset("Invert", Weekdays::inverted)}
            </div>
        </div>
    }
    .into_any()
}

fn interval(builder: Builder) -> AnyView {
    let every = Signal::derive(move || builder.draft.with(|draft| draft.every.clone()));
    let broken = move || match builder.draft.with(|draft| draft.every.trim().parse::<u8>()) {
        Ok(1..=30) => None,
        _ => Some("A whole number from 1 to 30.".to_owned()),
    };
    view! {
        <Field id="schedule-every" label="Days from one run to the next" required=true
            hint="1 is every day. The service counts from the day it started the policy."
            message=Signal::derive(broken)>
            <NumberInput value=every unit="days" on_input=move |text| builder.edit(|draft| draft.set_every(text))/>
        </Field>
    }
    .into_any()
}

/// Two letters for a heading of a calendar column.
pub(super) fn short_name(day: Weekday) -> &'static str {
    &day.english()[..2]
}
