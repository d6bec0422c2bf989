//! Resources: a refresh keeps what was there, a failed one says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use console::api::{Api, ApiError, Joined, Silent, Trouble};
use console::clock::Clock;
use console::format::zone::Zone;
use console::query::{Query, query_view};
use console::ui::time::ZoneChoice;
use contract::model::Generation;
use contract::operations::Service;
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

#[wasm_bindgen_test]
async fn half_an_answer_is_shown_and_names_the_service_that_did_not_answer() {
    let page = mount(move || {
        let clock = Clock::provide();
        Api::provide(clock);
        provide_context(ZoneChoice(RwSignal::new(Zone::Utc)));
        let query = Query::joined(move |_| async move {
            let silent = Some(Silent {
                of: Generation::Cbr,
                means: "What is in vaults is missing.",
                error: ApiError::Timeout,
            });
            Ok(Joined { all: 7, silent })
        });
        query_view(query, "servers", |data: Signal<Arc<i32>>| {
            view! { <p class="row">{move || *data.get()}</p> }.into_any()
        })
    });
    until("the row is there", || page.maybe(".row").is_some()).await;
    until("the service is named", || {
        let text = page.root.inner_text();
        text.contains("Cloud Backup and Recovery did not answer")
            && text.contains("What is in vaults is missing.")
    })
    .await;
    page.button("Try again");
}

#[wasm_bindgen_test]
async fn a_silent_service_is_told_of_once_by_two_that_stand_beside_each_other() {
    let answers = RwSignal::new(false);
    let page = mount(move || {
        let clock = Clock::provide();
        Api::provide(clock);
        provide_context(ZoneChoice(RwSignal::new(Zone::Utc)));
        let half = move || {
            Query::joined(move |_| async move {
                let silent = (!answers.get_untracked()).then_some(Silent {
                    of: Generation::Cbr,
                    means: "What is in vaults is missing.",
                    error: ApiError::Timeout,
                });
                Ok(Joined { all: 7, silent })
            })
        };
        let first = half();
        let second = half().beside(first);
        let row =
            |data: Signal<Arc<i32>>| view! { <p class="row">{move || *data.get()}</p> }.into_any();
        view! { {query_view(first, "servers", row)} {query_view(second, "quotas", row)} }.into_any()
    });
    let silent = "Cloud Backup and Recovery did not answer";
    until("both say it, one of them in passing", || {
        let text = page.root.inner_text();
        text.matches(silent).count() == 2 && text.matches("Try again").count() == 1
    })
    .await;
    answers.set(true);
    page.button("Try again").click();
    until("both are whole again", || {
        !page.root.inner_text().contains(silent)
    })
    .await;
}

#[wasm_bindgen_test]
async fn what_the_banner_says_is_not_cried_out_by_everything_that_failed() {
    let gone = ApiError::Refused {
        status: 503,
        code: "CSBS.9998".to_owned(),
        message: String::new(),
        request_id: String::new(),
    };
    let trouble = Trouble {
        service: Service::Csbs,
        failures: 3,
        error: gone.clone(),
        rest: 0,
    };
    let troubles = StoredValue::new(None);
    let page = mount(move || {
        let clock = Clock::provide();
        let api = Api::provide(clock);
        troubles.set_value(Some(api.troubles));
        provide_context(ZoneChoice(RwSignal::new(Zone::Utc)));
        let query = Query::new(move |_| {
            let gone = gone.clone();
            async move { Err::<i32, _>(gone) }
        });
        query_view(query, "servers", |_: Signal<Arc<i32>>| ().into_any())
    });
    until("the failure is told", || {
        page.maybe("[role=alert]").is_some()
    })
    .await;
    let troubles = troubles.get_value().expect("provided");
    troubles.update(|all| all.push(trouble));
    until("it is quiet", || page.maybe("[role=alert]").is_none()).await;
    assert!(
        page.root
            .inner_text()
            .contains("The servers could not be loaded.")
    );
    troubles.update(Vec::clear);
    until("it is told again", || page.maybe("[role=alert]").is_some()).await;
}
