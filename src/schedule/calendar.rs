//! The runs of one month as a calendar: one tab stop, arrows move by day and week, Page keys by month.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use contract::schedule::{LocalTime, OffsetTable, Schedule, TimeOfDay, Weekday, together};
use contract::time::Timestamp;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;

use super::days::short_name;
use super::zones::{first_weekday, weekdays_from};
use crate::ui::{Button, ButtonKind, Glyph};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Days since 1970-01-01.
fn epoch_day(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// The weeks a month touches, each from `first` on; days of other months included.
fn weeks(month: NaiveDate, first: Weekday) -> Vec<[NaiveDate; 7]> {
    let month = month.with_day(1).unwrap_or(month);
    let lead = (i64::from(month.weekday().num_days_from_monday()) - i64::from(first.index()))
        .rem_euclid(7);
    let Some(mut day) = month.checked_sub_days(Days::new(lead as u64)) else {
        return Vec::new();
    };
    let end = month.checked_add_months(Months::new(1)).unwrap_or(month);
    let mut weeks = Vec::new();
    while day < end {
        weeks.push(core::array::from_fn(|n| {
            day.checked_add_days(Days::new(n as u64)).unwrap_or(day)
        }));
        let Some(next) = day.checked_add_days(Days::new(7)) else {
            break;
        };
        day = next;
    }
    weeks
}

/// The local times of the runs on each of some days, from `now` on; days are counted from `day`.
fn runs_by_day(
    rules: &[Schedule],
    table: &OffsetTable,
    start: Timestamp,
    now: Timestamp,
    day: i64,
    days: usize,
) -> Vec<Vec<TimeOfDay>> {
    let midnight = |day: i64| {
        table
            .to_utc(LocalTime::from_seconds(day * 86_400))
            .instant()
    };
    let (from, until) = (midnight(day).max(now), midnight(day + days as i64));
    let mut found = vec![Vec::new(); days];
    for run in together(rules, start, from).take_while(|run| *run < until) {
        let local = table.to_local(run);
        if let Some(times) = usize::try_from(local.day() - day)
            .ok()
            .and_then(|n| found.get_mut(n))
        {
            times.push(local.time());
        }
    }
    found
}

/// What is read out for a day.
fn day_name(date: NaiveDate, times: &[TimeOfDay]) -> String {
    let weekday = Weekday::after_monday(i64::from(date.weekday().num_days_from_monday()));
    let runs = match times {
        [] => "no runs".to_owned(),
        [one] => format!("a run at {one}"),
        many => format!(
            "{} runs: {}",
            many.len(),
            many.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    format!(
        "{} {} {} {}, {runs}",
        weekday.english(),
        date.day(),
        MONTHS[date.month0() as usize],
        date.year()
    )
}

pub(super) fn calendar(
    rules: Vec<Schedule>,
    table: OffsetTable,
    start: Signal<Timestamp>,
    now: Signal<Timestamp>,
) -> AnyView {
    let root: NodeRef<html::Div> = NodeRef::new();
    let today = table.to_local(now.get_untracked()).naive().date();
    let focused = RwSignal::new(today);
    let order = weekdays_from(first_weekday());
    let month = Memo::new(move |_| focused.with(|date| date.with_day(1).unwrap_or(*date)));
    let focus = move |date: NaiveDate| {
        // Nobody plans further ahead than the offsets are known.
        if date < today.with_day(1).unwrap_or(today) || date > today + Days::new(730) {
            return;
        }
        focused.set(date);
        request_animation_frame(move || {
            let cell = root
                .get_untracked()
                .and_then(|root| root.query_selector("[tabindex='0']").ok().flatten());
            if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = cell.focus();
            }
        });
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let here = focused.get_untracked();
        let next = match event.key().as_str() {
            "ArrowLeft" => here.pred_opt(),
            "ArrowRight" => here.succ_opt(),
            "ArrowUp" => here.checked_sub_days(Days::new(7)),
            "ArrowDown" => here.checked_add_days(Days::new(7)),
            "PageUp" => here.checked_sub_months(Months::new(1)),
            "PageDown" => here.checked_add_months(Months::new(1)),
            _ => return,
        };
        event.prevent_default();
        if let Some(next) = next {
            focus(next);
        }
    };
    let turn = move |forward: bool| {
        let here = month.get_untracked();
        let next = if forward {
            here.checked_add_months(Months::new(1))
        } else {
            here.checked_sub_months(Months::new(1))
        };
        if let Some(next) = next
            && next >= today.with_day(1).unwrap_or(today)
        {
            focused.set(next.max(today));
        }
    };
    let title =
        move || month.with(|month| format!("{} {}", MONTHS[month.month0() as usize], month.year()));
    let heads = order
        .map(|day| view! { <span role="columnheader" aria-label=day.english()>{short_name(day)}</span> })
        .into_iter()
        .collect_view();
    let body = move || {
        let (month, weeks) = (month.get(), weeks(month.get(), order[0]));
        let first = weeks.first().map_or(0, |week| epoch_day(week[0]));
        let runs = runs_by_day(
            &rules,
            &table,
            start.get(),
            now.get(),
            first,
            weeks.len() * 7,
        );
        let rows = weeks.into_iter().enumerate().map(|(row, week)| {
            let cells = week.into_iter().enumerate().map(|(column, date)| {
                let times = runs.get(row * 7 + column).cloned().unwrap_or_default();
                let (name, number) = (day_name(date, &times), date.day());
                let count = times.len();
                view! {
                    <button
                        type="button"
                        role="gridcell"
                        class="calendar-day"
                        class:calendar-other=date.month() != month.month()
                        class:calendar-today=date == today
                        class:calendar-runs=count != 0
                        tabindex=move || if focused.get() == date { "0" } else { "-1" }
                        aria-selected=move || (focused.get() == date).to_string()
                        aria-label=name
                        on:click=move |_| focus(date)
                    >
                        <span class="calendar-number">{number}</span>
                        <span class="calendar-count">{match times.as_slice() {
                            [] => String::new(),
                            [one] => one.to_string(),
                            many => format!("{}×", many.len()),
                        }}</span>
                    </button>
                }
            });
            view! { <div role="row" class="calendar-week">{cells.collect_view()}</div> }
        });
        let table_of_focused = (first, runs.clone());
        view! {
            {rows.collect_view()}
            <p class="calendar-said" role="status">{move || {
                let (first, runs) = &table_of_focused;
                let date = focused.get();
                let times = usize::try_from(epoch_day(date) - first).ok().and_then(|n| runs.get(n));
                day_name(date, times.map_or(&[], Vec::as_slice))
            }}</p>
        }
    };
    view! {
        <div class="calendar">
            <div class="calendar-head">
                <Button kind=ButtonKind::Quiet name="Month before" on_press=move |()| turn(false)>"‹"</Button>
                <strong aria-live="polite">{title}</strong>
                <Button kind=ButtonKind::Quiet name="Month after" on_press=move |()| turn(true)>"›"</Button>
                <Button kind=ButtonKind::Quiet icon=Glyph::Clock on_press=move |()| focused.set(today)>"Today"</Button>
            </div>
            <div role="grid" class="calendar-grid" aria-label=title node_ref=root on:keydown=on_key>
                <div role="row" class="calendar-week calendar-weekdays">{heads}</div>
                {body}
            </div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_month_is_cut_into_the_readers_weeks() {
        let weeks_from_monday = weeks(date("2026-11-21"), Weekday::Monday);
        assert_eq!(weeks_from_monday[0][0], date("2026-10-26"));
        assert_eq!(weeks_from_monday.len(), 6);
        let weeks_from_sunday = weeks(date("2026-11-21"), Weekday::Sunday);
        assert_eq!(weeks_from_sunday[0][0], date("2026-11-01"));
        assert_eq!(weeks_from_sunday.len(), 5);
    }

    #[test]
    fn runs_stand_on_their_local_day_and_past_ones_do_not_stand_there() {
        let rule = Schedule::parse("FREQ=DAILY;BYHOUR=5,23;BYMINUTE=30").expect("a rule");
        let now = Timestamp::parse("2026-11-21T12:00:00").expect("an instant");
        let day = epoch_day(date("2026-11-20"));
        let runs = runs_by_day(&[rule], &OffsetTable::fixed(3600), now, now, day, 4);
        let said: Vec<String> = runs
            .iter()
            .map(|times| times.iter().map(|t| format!("{t} ")).collect())
            .collect();
        assert_eq!(said, ["", "", "00:30 06:30 ", "00:30 06:30 "]);
    }

    #[test]
    fn a_day_is_read_out_with_its_runs() {
        let times =
            [TimeOfDay::new(6, 30), TimeOfDay::new(18, 30)].map(|time| time.expect("a time"));
        assert_eq!(
            day_name(date("2026-11-23"), &times),
            "Monday 23 November 2026, 2 runs: 06:30, 18:30"
        );
    }
}
