//! The rule as text: what the service stores, editable, with every problem at its place.

use core::ops::Range;

use contract::schedule::ScheduleProblem;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use super::builder::Builder;
use super::draft::Outcome;
use crate::form::{Field, TextArea};
use crate::ui::CopyButton;

const FIELD: &str = "schedule-rule";
/// Problems listed; a hostile text can have thousands.
const SHOWN: usize = 6;

pub(super) fn rule_field(builder: Builder) -> AnyView {
    let text = Memo::new(move |_| {
        builder
            .outcome
            .with(|outcome| builder.draft.read().shown_text(outcome))
    });
    let input = move |text: String| {
        let (table, today) = (builder.table.get_untracked(), builder.today.get_untracked());
        builder.edit(|draft| draft.type_text(text, &table, today));
    };
    let problems = Memo::new(move |_| {
        builder.outcome.with(|outcome| match outcome {
            Outcome::Text(problems) => problems.clone(),
            _ => Vec::new(),
        })
    });
    let message = Signal::derive(move || match problems.with(Vec::len) {
        0 => None,
        1 => Some("This text has a problem, marked below.".to_owned()),
        count => Some(format!("This text has {count} problems, marked below.")),
    });
    view! {
        <div class="schedule-rule">
            <Field id=FIELD label="Rule as the service stores it (UTC)" required=true message=message
                hint="Edit it, or paste a bare RRULE or a whole iCalendar text.">
                <TextArea value=text on_input=input rows=2 code=true/>
            </Field>
            <CopyButton text=text what="rule"/>
            {move || problems.with(|problems| (!problems.is_empty()).then(|| marked(&text.get(), problems)))}
        </div>
    }
    .into_any()
}

/// The text with the bad places marked, and the list of problems.
fn marked(text: &str, problems: &[ScheduleProblem]) -> AnyView {
    let pieces = pieces(text, problems)
        .into_iter()
        .map(|(piece, bad)| {
            if bad {
                view! { <mark>{piece}</mark> }.into_any()
            } else {
                view! { <span>{piece}</span> }.into_any()
            }
        })
        .collect_view();
    let entries = problems
        .iter()
        .take(SHOWN)
        .map(|problem| {
            let places = problem.characters(text);
            let place = match (places.start + 1, places.end) {
                (start, end) if start < end => format!("Characters {start} to {end}"),
                (start, end) if start == end => format!("Character {start}"),
                (start, _) => format!("Before character {start}"),
            };
            let units = utf16(text, &problem.at);
            view! {
                <li>
                    <button type="button" class="link" on:click=move |_| select(units.clone())>{place}</button>
                    " " {problem.to_string()}
                </li>
            }
        })
        .collect_view();
    let more = problems
        .len()
        .checked_sub(SHOWN + 1)
        .map(|more| view! { <li>{format!("and {} more", more + 1)}</li> });
    view! {
        <div class="rule-problems">
            <p class="rule-marked" aria-hidden="true">{pieces}</p>
            <ul>{entries}{more}</ul>
        </div>
    }
    .into_any()
}

/// Cuts a text at the places of its problems; true marks a bad piece. An empty place marks nothing.
fn pieces(text: &str, problems: &[ScheduleProblem]) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    let mut done = 0;
    for problem in problems {
        let start = problem.at.start.max(done);
        if problem.at.end <= start {
            continue;
        }
        if start > done {
            pieces.push((text[done..start].to_owned(), false));
        }
        pieces.push((text[start..problem.at.end].to_owned(), true));
        done = problem.at.end;
    }
    if done < text.len() {
        pieces.push((text[done..].to_owned(), false));
    }
    pieces
}

/// A place in the units that text fields count in.
fn utf16(text: &str, at: &Range<usize>) -> Range<u32> {
    let count = |end: usize| {
        text.get(..end)
            .map_or(0, |before| before.encode_utf16().count()) as u32
    };
    count(at.start)..count(at.end)
}

/// Selects a place in the field.
fn select(units: Range<u32>) {
    let field = document()
        .get_element_by_id(FIELD)
        .and_then(|field| field.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    if let Some(field) = field {
        let _ = field.focus();
        let _ = field.set_selection_range(units.start, units.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::schedule::Schedule;

    #[test]
    fn bad_places_are_cut_out_and_nothing_is_lost() {
        let text = "FREQ=WEEKLY;BYDAY=1MO,XX;BYHOUR=24;BYMINUTE=0";
        let problems = Schedule::parse(text).expect_err("three problems");
        let pieces = pieces(text, &problems);
        let joined: String = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
        assert_eq!(joined, text);
        let bad: Vec<&str> = pieces
            .iter()
            .filter(|(_, bad)| *bad)
            .map(|(piece, _)| piece.as_str())
            .collect();
        assert_eq!(bad, ["1MO", "XX", "24"]);
    }

    #[test]
    fn places_are_counted_as_text_fields_count_them() {
        assert_eq!(utf16("a😀b", &(5..6)), 3..4);
    }
}
