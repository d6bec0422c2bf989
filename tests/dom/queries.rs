//! Resources: a refresh keeps what was there, a failed one says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use console::api::{Api, ApiError};
use console::clock::Clock;
use console::format::zone::Zone;
use console::query::{Query, query_view};
use console::ui::time::ZoneChoice;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{mount, until};

#[wasm_bindgen_test]
async fn a_failed_refresh_keeps_the_rows_and_says_from_when_they_are() {
    let tries = Arc::new(AtomicU32::new(0));
    let refresh = RwSignal::new(());
    let page = mount(move || {
        let clock = Clock::provide();
        Api::provide(clock);
        provide_context(ZoneChoice(RwSignal::new(Zone::Utc)));
        let query = Query::new(move |_| {
            refresh.track();
            let number = tries.fetch_add(1, Ordering::Relaxed);
            async move {
                if number == 0 {
                    Ok("web-01".to_owned())
                } else {
                    Err(ApiError::Network)
                }
            }
        });
        query_view(query, "servers", |data: Signal<Arc<String>>| {
            view! { <p class="row">{move || data.get().to_string()}</p> }.into_any()
        })
    });
    until("the row is there", || page.maybe(".row").is_some()).await;
    let row = page.find(".row");
    refresh.set(());
    until("the failure is told", || {
        page.root.inner_text().contains("could not be refreshed")
    })
    .await;
    assert!(page.root.inner_text().contains("What is shown is from"));
    assert!(row.is_connected(), "the row was not built anew");
    assert_eq!(row.inner_text(), "web-01");
}

#[wasm_bindgen_test]
async fn a_first_load_that_fails_offers_to_try_again() {
    let tries = Arc::new(AtomicU32::new(0));
    let page = mount(move || {
        let clock = Clock::provide();
        Api::provide(clock);
        provide_context(ZoneChoice(RwSignal::new(Zone::Utc)));
        let query = Query::new(move |_| {
            let number = tries.fetch_add(1, Ordering::Relaxed);
            async move {
                if number == 0 {
                    Err(ApiError::Network)
                } else {
                    Ok(7)
                }
            }
        });
        query_view(query, "servers", |data: Signal<Arc<i32>>| {
            view! { <p class="row">{move || *data.get()}</p> }.into_any()
        })
    });
    until("the failure is told", || {
        page.root
            .inner_text()
            .contains("The servers could not be loaded")
    })
    .await;
    page.button("Try again").click();
    until("the row is there", || page.maybe(".row").is_some()).await;
    assert!(!page.root.inner_text().contains("could not be loaded"));
}
