//! The next runs of a rule on three clocks: the policy's, the reader's, and UTC as it is stored.

use contract::schedule::{OffsetTable, Schedule, together};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::calendar::calendar;
use super::daylight::{changes, daylight_panel, sentence};
use super::notes::offset_minutes;
use super::zones::{offset_table, zone_of};
use crate::clock::use_clock;
use crate::form::{Field, NumberInput};
use crate::format::ago;
use crate::format::time::Civil;
use crate::format::zone::Zone;
use crate::ui::{Choice, Pick};

/// Runs shown at first, and the most that are.
const FIRST: usize = 12;
const MOST: usize = 1000;
/// Offsets are known two years ahead; what lies beyond is not shown.
const HORIZON: i64 = 730 * 86_400;

/// A clock that runs are shown on.
#[derive(Clone, PartialEq)]
struct ClockColumn {
    title: String,
    table: OffsetTable,
}

/// The clocks: the policy's zone, the reader's, UTC; one that shows the same as another is left out.
fn clocks(zone: &Zone, today: Timestamp) -> Vec<ClockColumn> {
    let mut columns: Vec<ClockColumn> = Vec::new();
    for (zone, what) in [
        (zone, "policy"),
        (&Zone::Mine, "you"),
        (&Zone::Utc, "stored"),
    ] {
        let name = zone.title();
        if columns.iter().any(|column| column.title.starts_with(&name)) {
            continue;
        }
        columns.push(ClockColumn {
            title: format!("{name} ({what})"),
            table: offset_table(zone, today),
        });
    }
    columns
}

/// What a clock shows at an instant: `Mon 23 Nov 18:30`, with the year where it is not this one.
fn shown(at: Timestamp, table: &OffsetTable, now: Timestamp) -> AnyView {
    let civil = Civil::at(at, offset_minutes(table, at));
    let date = if civil.year == Civil::at(now, offset_minutes(table, now)).year {
        civil.short_date()
    } else {
        civil.short_date_with_year()
    };
    // The cell may break between the two, never within one.
    view! { <span><span class="run-part">{date}</span> " " <span class="run-part">{civil.clock()}</span></span> }
        .into_any()
}

/// The next runs, as a list or a month; nothing while there is no rule.
#[component]
pub fn NextRuns(
    /// All rules of the policy.
    #[prop(into)]
    rules: Signal<Vec<Schedule>>,
    /// The policy's start, which an interval is counted from; the present where there is none yet.
    #[prop(into)]
    start: Signal<Option<Timestamp>>,
    /// Key of the policy's zone.
    #[prop(into)]
    zone: Signal<String>,
    /// Takes a rule that a remedy offers, where there is one rule; without it remedies are only named.
    #[prop(optional)]
    on_take: Option<Callback<Schedule>>,
) -> AnyView {
    let clock = use_clock();
    let now = Memo::new(move |_| {
        let now = clock.ticking();
        Timestamp::from_seconds(now.seconds().div_euclid(60) * 60)
    });
    let today = Memo::new(move |_| {
        Timestamp::from_seconds(now.get().seconds().div_euclid(86_400) * 86_400)
    });
    let zone = Memo::new(move |_| zone.get());
    let columns = Memo::new(move |_| clocks(&zone_of(&zone.read()), today.get()));
    let rules = Memo::new(move |_| rules.get());
    let from = move || start.get().unwrap_or_else(|| now.get());
    let shape = RwSignal::new("list".to_owned());
    let picks = vec![Pick::new("list", "List"), Pick::new("month", "Month")];
    let content = move || {
        let rules = rules.get();
        if rules.is_empty() {
            return view! { <p class="field-hint">"The runs appear here as soon as there is a rule."</p> }.into_any();
        }
        if shape.with(|shape| shape == "month") {
            let table = columns.with(|columns| columns[0].table.clone());
            return calendar(rules, table, Signal::derive(from), now.into());
        }
        list(rules, columns, Signal::derive(from), now)
    };
    let daylight = move || {
        let rules = rules.get();
        let columns = columns.read();
        let table = &columns.first()?.table;
        let name = zone_of(&zone.read()).title();
        // A remedy is one rule: beside others it could not be told which one it replaces.
        let on_take = on_take.filter(|_| rules.len() == 1);
        let panels = rules.iter().enumerate().map(|(n, rule)| {
            let head = (rules.len() > 1).then(|| view! { <h3>{format!("Rule {}", n + 1)}</h3> });
            view! { {head} {daylight_panel(*rule, table, from(), today.get(), &name, on_take)} }
        });
        Some(panels.collect_view())
    };
    view! {
        <div class="next-runs">
            <Choice legend="Show the next runs as" quiet=true picks=picks chosen=shape on_choose=move |key| shape.set(key)/>
            {content}
            {daylight}
        </div>
    }
    .into_any()
}

fn list(
    rules: Vec<Schedule>,
    columns: Memo<Vec<ClockColumn>>,
    start: Signal<Timestamp>,
    now: Memo<Timestamp>,
) -> AnyView {
    let typed = RwSignal::new(FIRST.to_string());
    let wanted = Memo::new(move |_| {
        typed
            .with(|typed| typed.trim().parse::<usize>().ok())
            .filter(|count| (1..=MOST).contains(count))
    });
    let message = Signal::derive(move || {
        wanted
            .get()
            .is_none()
            .then(|| format!("A whole number from 1 to {MOST}."))
    });
    let rows = move || {
        let (now, columns) = (now.get(), columns.read());
        let horizon = now.plus_seconds(HORIZON);
        let runs: Vec<Timestamp> = together(&rules, start.get(), now.max(start.get()))
            .take(wanted.get().unwrap_or(FIRST))
            .take_while(|run| *run < horizon)
            .collect();
        let table = &columns[0].table;
        let of_each = rules
            .iter()
            .flat_map(|rule| changes(*rule, table, start.get(), now));
        let mut changes: Vec<_> = of_each.collect();
        // The clock changes once, however many rules it moves.
        changes.sort_by_key(|change| change.at);
        changes.dedup_by_key(|change| change.at);
        let mut changes = changes.into_iter().peekable();
        let mut rows: Vec<AnyView> = Vec::new();
        for run in &runs {
            while let Some(change) = changes.next_if(|change| change.at <= *run) {
                let text = sentence(&change, table);
                rows.push(view! {
                    <tr class="run-change"><td colspan=(columns.len() + 1).to_string()>{text} " Local times move from here on."</td></tr>
                }.into_any());
            }
            let cells = columns.iter().map(|column| {
                let title = column.title.clone();
                view! { <td role="cell" class="cell" data-label=title>{shown(*run, &column.table, now)}</td> }
            }).collect_view();
            let distance = ago(run.seconds() - now.seconds());
            rows.push(view! { <tr role="row">{cells}<td role="cell" class="cell" data-label="From now">{distance}</td></tr> }.into_any());
        }
        rows
    };
    let heads = move || {
        columns.with(|columns| {
            columns.iter().map(|column| view! { <th scope="col" role="columnheader">{column.title.clone()}</th> }).collect_view()
        })
    };
    view! {
        <div class="table-scroll next-runs-list">
            <table class="table" role="table">
                <caption class="visually-hidden">"The next runs on every clock"</caption>
                <thead role="rowgroup"><tr role="row">{heads}<th scope="col" role="columnheader">"From now"</th></tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
        <Field id="next-runs-count" label="Runs to show" required=true message=message>
            <NumberInput value=typed on_input=move |text| typed.set(text)/>
        </Field>
    }
    .into_any()
}
