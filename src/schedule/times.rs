//! Single times to the minute: the list of all there are, and a field for one more.

use contract::schedule::{MAX_RUNS_A_DAY, TimeOfDay};
use leptos::{ev, prelude::*};

use super::builder::Builder;
use crate::form::{Field, TextInput};
use crate::ui::dom::focus_id;
use crate::ui::{Button, ButtonKind, Glyph, Icon};

/// The times as removable tokens, how many of the 24 they are, and the field.
pub(super) fn times_field(builder: Builder) -> AnyView {
    let times = Memo::new(move |_| builder.draft.with(|draft| draft.times()));
    let remove = move |time: TimeOfDay| {
        builder.edit(|draft| draft.remove_time(time));
        focus_id("schedule-time");
    };
    let tokens = move |time: TimeOfDay| {
        view! {
            <li class="time-token">
                <span>{time.to_string()}</span>
                <button type="button" class="time-token-remove" aria-label=format!("Remove {time}") on:click=move |_| remove(time)>
                    <Icon of=Glyph::Close/>
                </button>
            </li>
        }
    };
    let count = Memo::new(move |_| times.with(Vec::len));
    let over = move || count.get() > MAX_RUNS_A_DAY as usize;
    view! {
        <div class="schedule-times">
            <p class="schedule-count" class:schedule-over=over role="status">
                {move || format!("{} of {MAX_RUNS_A_DAY} times a day", count.get())}
            </p>
            <ul class="time-tokens" aria-label="Times">
                <For each=move || times.get() key=|time| *time children=tokens/>
            </ul>
            {add(builder)}
        </div>
    }
    .into_any()
}

fn add(builder: Builder) -> AnyView {
    let typed = RwSignal::new(String::new());
    let message = RwSignal::new(None::<String>);
    let add = move || {
        let text = typed.get_untracked();
        if text.trim().is_empty() {
            return;
        }
        match TimeOfDay::parse(&text) {
            Some(time)
                if builder
                    .draft
                    .with_untracked(|draft| draft.times().contains(&time)) =>
            {
                message.set(Some(format!("{time} is there already.")));
            }
            Some(time) => {
                builder.edit(|draft| draft.add_time(time));
                typed.set(String::new());
                message.set(None);
            }
            None => message.set(Some(
                "A time from 00:00 to 23:59, such as 18:30.".to_owned(),
            )),
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" {
            // Not the form: one more time.
            event.prevent_default();
            add();
        }
    };
    let input = move |text| {
        typed.set(text);
        message.set(None);
    };
    view! {
        <div class="time-add" on:keydown=on_key>
            <Field id="schedule-time" label="Another time" message=message>
                <TextInput value=typed on_input=input placeholder="18:30"/>
            </Field>
            <Button kind=ButtonKind::Normal icon=Glyph::Plus on_press=move |()| add()>"Add time"</Button>
        </div>
    }
    .into_any()
}
