//! The grid: a hundred thousand lines, a screen of them in the document, every one within reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use console::table::{Grid, GridEvent, Head, Lines, RowState, grid};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::screen::settled;
use crate::stage::{all, mount, one, press, until};

const LINES: u32 = 100_000;

/// A grid of numbered lines, what happened to it, and the order that was asked for.
fn numbered(
    events: RwSignal<Vec<GridEvent>>,
    order: RwSignal<Option<(&'static str, bool)>>,
) -> AnyView {
    let heads = vec![
        Head {
            key: "number",
            title: "Number",
            track: "1fr",
            at_end: true,
            sorts: true,
        },
        Head {
            key: "note",
            title: "Note",
            track: "1fr",
            at_end: false,
            sorts: false,
        },
    ];
    let row: Arc<dyn Fn(u32, RowState) -> AnyView + Send + Sync> = Arc::new(|key, state| {
        view! {
            <div role="gridcell">{format!("line {key}")}</div>
            <div role="gridcell"><button tabindex=move || state.tab_index.get()>"act"</button></div>
        }
        .into_any()
    });
    grid(Grid {
        label: Signal::derive(|| "Numbers".to_owned()),
        heads: Signal::derive(move || heads.clone()),
        sort: Signal::derive(|| vec![("number", true)]),
        on_sort: Callback::new(move |wish| order.set(Some(wish))),
        lines: Signal::derive(|| Lines {
            keys: Arc::new((0..LINES).collect()),
            tall: vec![],
        }),
        lead: ViewFn::default(),
        lead_tracks: "",
        row,
        chosen: Arc::new(|key| (key != 3).then_some(key == 7)),
        on_event: Callback::new(move |event| events.update(|events| events.push(event))),
        goto: RwSignal::new(None),
        measure: Signal::derive(|| ()),
    })
}

fn active(place: &web_sys::Element) -> Option<String> {
    let id = one(place, "[role=grid]").get_attribute("aria-activedescendant")?;
    document().get_element_by_id(&id)?.text_content()
}

#[wasm_bindgen_test]
async fn a_screen_of_rows_stands_for_a_hundred_thousand() {
    let (events, order) = (RwSignal::new(vec![]), RwSignal::new(None));
    let (place, _kept) = mount(move || numbered(events, order));
    let rows = || all(&place, ".grid-body [role=row]");
    until("rows are there", || !rows().is_empty()).await;
    assert!(rows().len() < 200, "{} rows in the document", rows().len());
    let table = one(&place, "[role=grid]");
    assert_eq!(
        table.get_attribute("aria-rowcount").as_deref(),
        Some("100001")
    );
    assert_eq!(
        rows()[0].get_attribute("aria-rowindex").as_deref(),
        Some("2")
    );
    // A row that cannot be chosen has no state of choice; the others say theirs.
    assert_eq!(rows()[3].get_attribute("aria-selected"), None);
    assert_eq!(
        rows()[7].get_attribute("aria-selected").as_deref(),
        Some("true")
    );
    assert_eq!(
        rows()[8].get_attribute("aria-selected").as_deref(),
        Some("false")
    );
}

#[wasm_bindgen_test]
async fn keys_reach_every_row_and_keep_the_focus_on_the_grid() {
    let (events, order) = (RwSignal::new(vec![]), RwSignal::new(None));
    let (place, _kept) = mount(move || numbered(events, order));
    until("rows are there", || {
        !all(&place, ".grid-body [role=row]").is_empty()
    })
    .await;
    let table = one(&place, "[role=grid]");
    table.focus().expect("it takes the focus");
    until("the first row is active", || {
        active(&place).is_some_and(|text| text.starts_with("line 0"))
    })
    .await;
    press(&table, "ArrowDown", false);
    press(&table, "ArrowDown", false);
    until("the third row is active", || {
        active(&place).is_some_and(|text| text.starts_with("line 2"))
    })
    .await;
    press(&table, " ", false);
    press(&table, "Enter", false);
    press(&table, "ArrowRight", false);
    let seen = events.get_untracked();
    for expected in [
        GridEvent::Toggle(2),
        GridEvent::Open(2),
        GridEvent::Expand(2),
    ] {
        assert!(seen.contains(&expected), "{expected:?} in {seen:?}");
    }
    press(&table, "End", false);
    until("the last row is active", || {
        active(&place).is_some_and(|text| text.starts_with("line 99999"))
    })
    .await;
    assert_eq!(
        document().active_element().map(|element| element.id()),
        Some(table.id())
    );
    press(&table, "Home", false);
    until("the first row is active again", || {
        active(&place).is_some_and(|text| text.starts_with("line 0"))
    })
    .await;
}

#[wasm_bindgen_test]
async fn only_the_active_rows_buttons_are_tab_stops() {
    let (events, order) = (RwSignal::new(vec![]), RwSignal::new(None));
    let (place, _kept) = mount(move || numbered(events, order));
    until("rows are there", || {
        !all(&place, ".grid-body button").is_empty()
    })
    .await;
    one(&place, "[role=grid]")
        .focus()
        .expect("it takes the focus");
    until("one button is a tab stop", || {
        all(&place, ".grid-body button[tabindex='0']").len() == 1
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_head_says_how_it_sorts_and_asks_for_another_order() {
    let (events, order) = (RwSignal::new(vec![]), RwSignal::new(None));
    let (place, _kept) = mount(move || numbered(events, order));
    until("the head is there", || {
        !all(&place, "[role=columnheader]").is_empty()
    })
    .await;
    let head = one(&place, "[role=columnheader]");
    assert_eq!(
        head.get_attribute("aria-sort").as_deref(),
        Some("descending")
    );
    one(&place, ".grid-sort").click();
    assert_eq!(order.get_untracked(), Some(("number", false)));
}

#[wasm_bindgen_test]
async fn a_grid_taken_away_before_it_is_drawn_asks_nothing_of_what_is_gone() {
    let wrong = Arc::new(AtomicU32::new(0));
    let count = {
        let wrong = Arc::clone(&wrong);
        window_event_listener_untyped("error", move |_| {
            wrong.fetch_add(1, Ordering::Relaxed);
        })
    };
    let (events, order) = (RwSignal::new(vec![]), RwSignal::new(None));
    let (place, kept) = mount(move || numbered(events, order));
    // The effects have run and asked for a frame; it has not come.
    leptos::task::tick().await;
    drop(kept);
    assert!(all(&place, "[role=grid]").is_empty());
    settled().await;
    count.remove();
    assert_eq!(wrong.load(Ordering::Relaxed), 0);
}
