//! The schedule builder: buttons, grid, text and sentence follow each other.

use console::schedule::{Builder, NextRuns, ScheduleBuilder, ScheduleDraft};
use contract::schedule::Schedule;
use contract::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::{NOW, Screen, focused, key, name_of, settled};

const RULE: &str = "Rule as the service stores it (UTC)";

fn builder(draft: ScheduleDraft) -> Screen {
    Screen::show(move || {
        let builder = Builder::new(RwSignal::new(draft));
        view! { <ScheduleBuilder builder=builder/> }.into_any()
    })
}

fn of_rule(text: &str, zone: &str, offset: i32) -> Screen {
    builder(ScheduleDraft::of_rule(
        Schedule::parse(text).unwrap(),
        zone,
        offset,
    ))
}

fn tab_stops(screen: &Screen, selector: &str) -> Vec<String> {
    let stops = screen.all(&format!("{selector} [tabindex='0']"));
    stops.iter().map(name_of).collect()
}

#[wasm_bindgen_test]
async fn weekdays_are_toggled_and_the_rule_and_the_sentence_follow() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    screen.says("Every day at 02:00 UTC");
    screen.press("Sunday").await;
    screen.press("Saturday").await;
    assert_eq!(
        screen
            .the("button", "Sunday")
            .get_attribute("aria-pressed")
            .as_deref(),
        Some("false")
    );
    assert_eq!(
        screen.value(RULE),
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=2;BYMINUTE=0"
    );
    screen.says("Every weekday at 02:00 UTC");
    screen.press("Invert").await;
    assert_eq!(
        screen.value(RULE),
        "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=2;BYMINUTE=0"
    );
    screen.press("Work days").await;
    screen.says("Every weekday at 02:00 UTC");
}

#[wasm_bindgen_test]
async fn the_weekdays_are_one_tab_stop_and_arrows_move() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    assert_eq!(tab_stops(&screen, ".toggle-group").len(), 1);
    screen.the("button", "Monday").focus().unwrap();
    settled().await;
    key("ArrowRight", false).await;
    assert_eq!(name_of(&focused()), "Tuesday");
    assert_eq!(tab_stops(&screen, ".toggle-group"), ["Tuesday"]);
}

#[wasm_bindgen_test]
async fn no_weekday_is_named_as_the_problem() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    screen.press("Invert").await;
    screen.says("Choose at least one weekday.");
    screen.says("Not a schedule yet");
    assert_eq!(screen.value(RULE), "");
}

#[wasm_bindgen_test]
async fn the_hour_grid_is_worked_with_arrows_and_ranges() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    let selected = || -> Vec<String> {
        screen
            .all("[role=gridcell][aria-selected=true]")
            .iter()
            .map(name_of)
            .collect()
    };
    assert_eq!(selected(), ["02:00"]);
    assert_eq!(tab_stops(&screen, "[role=grid]"), ["02:00"]);
    screen.the("[role=gridcell]", "02:00").focus().unwrap();
    key("ArrowDown", false).await;
    assert_eq!(name_of(&focused()), "08:00");
    key("ArrowRight", true).await;
    key("ArrowRight", true).await;
    assert_eq!(selected(), ["02:00", "08:00", "09:00", "10:00"]);
    assert_eq!(name_of(&focused()), "10:00");
    // A press takes the focused hour out again.
    focused().click();
    settled().await;
    assert_eq!(selected(), ["02:00", "08:00", "09:00"]);
    screen.says("3 of 24 times a day");
    assert_eq!(
        screen.value(RULE),
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=2,8,9;BYMINUTE=0"
    );
}

#[wasm_bindgen_test]
async fn the_minute_moves_all_times_and_refuses_what_is_none() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    screen.type_into("Minute of every hour", "45").await;
    screen.says("Every day at 02:45 UTC");
    screen.type_into("Minute of every hour", "60").await;
    screen.says("A whole number from 0 to 59.");
    screen.says("Every day at 02:45 UTC");
    assert_eq!(screen.value("Minute of every hour"), "60");
}

#[wasm_bindgen_test]
async fn a_free_time_is_added_by_enter_and_taken_out_again() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    screen.type_into("Another time", "18:00").await;
    screen.field("Another time").focus().unwrap();
    key("Enter", false).await;
    screen.says("Every day at 02:00 and 18:00 UTC");
    assert_eq!(screen.value("Another time"), "");
    screen.press("Remove 02:00").await;
    screen.says("Every day at 18:00 UTC");
    screen.type_into("Another time", "25:00").await;
    screen.press("Add time").await;
    screen.says("A time from 00:00 to 23:59");
    assert_eq!(screen.value("Another time"), "25:00");
}

#[wasm_bindgen_test]
async fn times_with_two_minutes_offer_ways_out() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    screen.type_into("Another time", "14:12").await;
    screen.press("Add time").await;
    screen.says("One rule in UTC cannot say this");
    screen.says("a rule repeats every minute in every hour");
    screen.press("Run at 02:12, 14:12").await;
    screen.does_not_say("One rule in UTC cannot say this");
    screen.says("Every day at 02:12 and 14:12 UTC");
}

#[wasm_bindgen_test]
async fn monday_midnight_and_noon_in_berlin_are_not_one_rule() {
    let screen = of_rule(
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=11;BYMINUTE=0",
        "Europe/Berlin",
        3600,
    );
    screen.says("Every Monday at 12:00 Europe/Berlin time");
    screen.the("[role=gridcell]", "00:00").click();
    settled().await;
    screen.says("In UTC, 00:00 falls on the day before");
    screen.says("FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=0");
    screen.press("Run at 02:00, 12:00").await;
    assert_eq!(
        screen.value(RULE),
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=1,11;BYMINUTE=0"
    );
}

#[wasm_bindgen_test]
async fn a_weekday_that_rolls_over_in_utc_is_said() {
    let screen = of_rule(
        "FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=30",
        "Europe/Berlin",
        3600,
    );
    screen.says("Every Monday at 00:30 Europe/Berlin time");
    screen.says("Stored as: Every Sunday at 23:30 UTC");
    screen.says("In UTC these runs are on the day before.");
}

#[wasm_bindgen_test]
async fn another_zone_shows_the_same_runs_or_keeps_the_times_when_asked() {
    let screen = of_rule("FREQ=DAILY;BYHOUR=17;BYMINUTE=30", "utc", 0);
    screen
        .choose("Time zone of the days and times", "Asia/Kathmandu")
        .await;
    screen.says("Every day at 23:15 Asia/Kathmandu time");
    assert_eq!(screen.value(RULE), "FREQ=DAILY;BYHOUR=17;BYMINUTE=30");
    screen.press("Run at 17:30 there instead").await;
    screen.says("Every day at 17:30 Asia/Kathmandu time");
    assert_eq!(screen.value(RULE), "FREQ=DAILY;BYHOUR=11;BYMINUTE=45");
}

#[wasm_bindgen_test]
async fn a_typed_rule_moves_the_controls() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    screen
        .type_into(RULE, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:FREQ=DAILY;INTERVAL=3;BYHOUR=5,17;BYMINUTE=10\nEND:VEVENT\nEND:VCALENDAR")
        .await;
    screen.says("Every 3 days at 05:10 and 17:10 UTC");
    assert_eq!(screen.value("Days from one run to the next"), "3");
    assert_eq!(screen.value("Minute of every hour"), "10");
    screen
        .type_into("Days from one run to the next", "31")
        .await;
    screen.says("The days between runs are a whole number from 1 to 30.");
    screen.type_into("Days from one run to the next", "7").await;
    assert_eq!(
        screen.value(RULE),
        "FREQ=DAILY;INTERVAL=7;BYHOUR=5,17;BYMINUTE=10"
    );
}

#[wasm_bindgen_test]
async fn a_typed_problem_is_marked_at_its_place_and_the_controls_stay() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    let text = "FREQ=WEEKLY;BYDAY=1MO;BYHOUR=24;BYMINUTE=0";
    screen.type_into(RULE, text).await;
    assert_eq!(
        screen.field(RULE).get_attribute("aria-invalid").as_deref(),
        Some("true")
    );
    let marked: Vec<String> = screen.all("mark").iter().map(name_of).collect();
    assert_eq!(marked, ["1MO", "24"]);
    screen.says("`1MO` counts weekdays within a month");
    screen.says("these controls still show the last rule");
    assert_eq!(
        screen
            .the("button", "Monday")
            .get_attribute("aria-pressed")
            .as_deref(),
        Some("true")
    );
    screen.press("Characters 19 to 21").await;
    let area: web_sys::HtmlTextAreaElement = screen.field(RULE).unchecked_into();
    assert_eq!(
        (area.selection_start(), area.selection_end()),
        (Ok(Some(18)), Ok(Some(21)))
    );
    screen
        .type_into(RULE, "FREQ=WEEKLY;BYDAY=MO;BYHOUR=4;BYMINUTE=0")
        .await;
    assert!(screen.all("mark").is_empty());
    screen.says("Every Monday at 04:00 UTC");
}

#[wasm_bindgen_test]
async fn text_from_a_stranger_is_text() {
    let screen = builder(ScheduleDraft::nightly("utc"));
    screen
        .type_into(RULE, "FREQ=DAILY;X=<img src=x onerror=alert(1)>")
        .await;
    assert!(screen.all("img").is_empty());
    screen.says("<img src=x onerror=alert(1)>");
}

fn runs(text: &'static str, zone: &'static str) -> Screen {
    Screen::show(move || {
        let rule = Schedule::parse(text).unwrap();
        let start = Timestamp::parse(NOW);
        view! { <NextRuns rules=vec![rule] start=start zone=zone.to_owned()/> }.into_any()
    })
}

#[wasm_bindgen_test]
async fn twelve_runs_are_shown_on_every_clock_and_any_number_on_request() {
    let screen = runs(
        "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=17;BYMINUTE=30",
        "Asia/Kathmandu",
    );
    let rows = || screen.all("tbody tr").len();
    assert_eq!(rows(), 12);
    screen.says("Asia/Kathmandu (policy)");
    // The year is said where it is another than this one.
    screen.says("Mon 23 Nov 23:15");
    screen.says("Mon 23 Nov 17:30");
    screen.type_into("Runs to show", "40").await;
    assert_eq!(rows(), 40);
    screen.says("Mon 4 Jan 2027 17:30");
    screen.type_into("Runs to show", "none").await;
    screen.says("A whole number from 1 to 1000.");
    screen.says("does not change within a year");
}

#[wasm_bindgen_test]
async fn daylight_saving_is_marked_between_the_runs_with_its_dates() {
    let screen = runs(
        "FREQ=WEEKLY;BYDAY=SU;BYHOUR=22;BYMINUTE=30",
        "Europe/Berlin",
    );
    screen.type_into("Runs to show", "30").await;
    screen.says("On Sun 28 Mar 2027 the clock goes forward by 1 hour.");
    screen.says("On Sun 31 Oct 2027 the clock goes back by 1 hour.");
    screen.says("Every Sunday at 23:30");
    screen.says("Every Monday at 00:30");
    screen.says("so that the weekday stays the same all year");
    assert_eq!(screen.all("tr.run-change").len(), 1);
}

#[wasm_bindgen_test]
async fn the_month_shows_the_runs_and_is_walked_by_keys() {
    let screen = runs("FREQ=DAILY;BYHOUR=5,17;BYMINUTE=30", "utc");
    let month = screen.the("label", "Month");
    month.click();
    settled().await;
    screen.says("November 2026");
    let today = screen.the(
        "[role=gridcell]",
        "Saturday 21 November 2026, 2 runs: 05:30, 17:30",
    );
    today.focus().unwrap();
    key("ArrowRight", false).await;
    assert!(name_of(&focused()).starts_with("Sunday 22 November 2026"));
    key("PageDown", false).await;
    screen.says("December 2026");
    assert!(name_of(&focused()).starts_with("Tuesday 22 December 2026, 2 runs"));
    assert_eq!(tab_stops(&screen, "[role=grid]").len(), 1);
}
