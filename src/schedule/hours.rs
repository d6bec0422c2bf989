//! The 24 hours of a day as a grid: arrows move, Space sets, Shift with arrows or click sets a range.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;

use super::builder::Builder;
use crate::form::{Field, NumberInput};

/// Hours in a row of the grid.
const ROW: u8 = 6;

/// Where an arrow key leads from an hour; `None` for other keys.
fn step(key: &str, hour: u8, ctrl: bool) -> Option<u8> {
    let row = hour / ROW * ROW;
    let next = match key {
        "ArrowLeft" => hour.saturating_sub(1),
        "ArrowRight" => hour + 1,
        "ArrowUp" => hour.checked_sub(ROW).unwrap_or(hour),
        "ArrowDown" if hour + ROW > 23 => hour,
        "ArrowDown" => hour + ROW,
        "Home" if ctrl => 0,
        "End" if ctrl => 23,
        "Home" => row,
        "End" => row + ROW - 1,
        _ => return None,
    };
    Some(next.min(23))
}

/// The grid and the minute it adds times at.
pub(super) fn hours_field(builder: Builder) -> AnyView {
    view! {
        <div class="schedule-hours">
            {grid(builder)}
            {minute(builder)}
        </div>
    }
    .into_any()
}

fn grid(builder: Builder) -> AnyView {
    let root: NodeRef<html::Div> = NodeRef::new();
    let first = builder
        .draft
        .with_untracked(|draft| draft.hours().iter().next().unwrap_or(0));
    let stop = RwSignal::new(first);
    // Where a range begins, and whether it sets or clears.
    let anchor = StoredValue::new((first, true));
    let hours = Memo::new(move |_| builder.draft.with(|draft| draft.hours()));
    let focus = move |hour: u8| {
        stop.set(hour);
        let cell = root.get_untracked().and_then(|root| {
            root.query_selector(&format!("[data-hour='{hour}']"))
                .ok()
                .flatten()
        });
        if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = cell.focus();
        }
    };
    let extend = move |hour: u8| {
        let (from, on) = anchor.get_value();
        builder.edit(|draft| draft.set_hours(from, hour, on));
    };
    let press = move |hour: u8, shift: bool| {
        stop.set(hour);
        if shift {
            extend(hour);
        } else {
            let on = !hours.get_untracked().contains(hour);
            anchor.set_value((hour, on));
            builder.edit(|draft| draft.set_hours(hour, hour, on));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let here = stop.get_untracked();
        let Some(next) = step(&event.key(), here, event.ctrl_key()) else {
            return;
        };
        event.prevent_default();
        if event.shift_key() {
            extend(next);
        } else {
            anchor.set_value((next, true));
        }
        focus(next);
    };
    let cell = move |hour: u8| {
        let on = move || hours.with(|hours| hours.contains(hour));
        let shown = Memo::new(move |_| {
            builder.draft.with(|draft| {
                let times: Vec<String> = draft
                    .times()
                    .iter()
                    .filter(|time| time.hour() == hour)
                    .map(ToString::to_string)
                    .collect();
                times.join(" ")
            })
        });
        let text = move || {
            shown.with(|shown| {
                if shown.is_empty() {
                    format!("{hour:02}")
                } else {
                    shown.clone()
                }
            })
        };
        let name = move || {
            let minute = builder.draft.with(|draft| draft.minute());
            shown.with(|shown| {
                if shown.is_empty() {
                    format!("{hour:02}:{minute:02}")
                } else {
                    shown.replace(' ', " and ")
                }
            })
        };
        view! {
            <button
                type="button"
                role="gridcell"
                class="hour"
                data-hour=hour.to_string()
                tabindex=move || if stop.get() == hour { "0" } else { "-1" }
                aria-selected=move || on().to_string()
                aria-label=name
                on:click=move |event| press(hour, event.shift_key())
            >
                {text}
            </button>
        }
    };
    let rows = (0..24 / ROW)
        .map(|row| {
            let cells = (row * ROW..(row + 1) * ROW).map(cell).collect_view();
            view! { <div class="hour-row" role="row">{cells}</div> }
        })
        .collect_view();
    view! {
        <div class="field">
            <p class="field-label" id="schedule-hours-label">"Hours"</p>
            <p class="field-hint" id="schedule-hours-hint">"Arrow keys move, Space sets, Shift with an arrow or a click sets a range."</p>
            <div class="hour-grid" role="grid" id="schedule-hours" aria-labelledby="schedule-hours-label"
                aria-describedby="schedule-hours-hint" aria-multiselectable="true" node_ref=root on:keydown=on_key>
                {rows}
            </div>
        </div>
    }
    .into_any()
}

/// The minute of all times. What is no minute stays in the field until it is one.
fn minute(builder: Builder) -> AnyView {
    let typed = RwSignal::new(None::<String>);
    let value = Signal::derive(move || {
        typed
            .get()
            .unwrap_or_else(|| builder.draft.with(|draft| draft.minute().to_string()))
    });
    let read = |text: &str| text.trim().parse::<u8>().ok().filter(|minute| *minute < 60);
    let input = move |text: String| match read(&text) {
        Some(minute) => {
            builder.edit(|draft| draft.set_minute(minute));
            // `05` stays as it is typed.
            typed.set((text != minute.to_string()).then_some(text));
        }
        None => typed.set(Some(text)),
    };
    let broken = Signal::derive(move || {
        let typed = typed.get()?;
        read(&typed)
            .is_none()
            .then(|| "A whole number from 0 to 59.".to_owned())
    });
    view! {
        <Field id="schedule-minute" label="Minute of every hour" required=true message=broken
            hint="A rule has one minute for all its hours.">
            <NumberInput value=value unit="minutes past" on_input=input/>
        </Field>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_stay_within_the_day() {
        assert_eq!(step("ArrowLeft", 0, false), Some(0));
        assert_eq!(step("ArrowRight", 23, false), Some(23));
        assert_eq!(step("ArrowUp", 5, false), Some(5));
        assert_eq!(step("ArrowDown", 18, false), Some(18));
        assert_eq!(step("ArrowDown", 17, false), Some(23));
        assert_eq!(step("Home", 16, false), Some(12));
        assert_eq!(step("End", 16, true), Some(23));
        assert_eq!(step("a", 16, false), None);
    }
}
