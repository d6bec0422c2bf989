//! The page of the address: links, going back, and parts that cannot be fetched.

use std::cell::Cell;

use console::router::{
    NavigateOptions, Outlet, PageView, provide_router, use_navigate, use_params_map, use_query_map,
};
use console::routes::Place;
use console::ui::Shown;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{all, mount, one, until};

thread_local! {
    /// How often the part with the policies fails before it comes.
    static FAILURES: Cell<u32> = const { Cell::new(0) };
}

fn policies() -> AnyView {
    view! { <h1>"Policies"</h1> }.into_any()
}

/// Says what its address says, and how often it was built.
fn backup() -> AnyView {
    thread_local! { static BUILT: Cell<u32> = const { Cell::new(0) }; }
    BUILT.with(|built| built.set(built.get() + 1));
    let (params, query) = (use_params_map(), use_query_map());
    let text = move || {
        format!(
            "backup {} tab {} build {}",
            params.read().get("id").unwrap_or_default(),
            query.read().get("tab").unwrap_or_default(),
            BUILT.with(Cell::get)
        )
    };
    view! {
        <h1>{text}</h1>
        <a href="/p/1/backups/second?tab=disks">"Second"</a>
        <a href="/p/1/policies">"Policies"</a>
    }
    .into_any()
}

fn nowhere() -> AnyView {
    view! { <h1>"Nowhere"</h1> }.into_any()
}

fn pages(place: Option<Place>) -> PageView {
    match place {
        Some(Place::Backup) => PageView::There(backup),
        Some(Place::Policies) => PageView::Fetched(Box::pin(async {
            let left = FAILURES.with(|left| left.replace(left.get().saturating_sub(1)));
            (left == 0).then_some(policies as Shown)
        })),
        Some(Place::Server) => PageView::Fetched(Box::pin(async {
            FETCHES.with(|fetches| fetches.set(fetches.get() + 1));
            until("the part with the servers comes", || {
                PART_IS_THERE.with(Cell::get)
            })
            .await;
            Some(server as Shown)
        })),
        _ => PageView::There(nowhere),
    }
}

fn failed(again: Callback<()>) -> AnyView {
    view! { <button on:click=move |_| again.run(())>"Try again"</button> }.into_any()
}

thread_local! {
    /// Whether the part with the servers can be fetched by now.
    static PART_IS_THERE: Cell<bool> = const { Cell::new(false) };
    static FETCHES: Cell<u32> = const { Cell::new(0) };
    static SERVERS_BUILT: Cell<u32> = const { Cell::new(0) };
}

fn server() -> AnyView {
    SERVERS_BUILT.with(|built| built.set(built.get() + 1));
    let params = use_params_map();
    let text = move || {
        format!(
            "server {} build {}",
            params.read().get("id").unwrap_or_default(),
            SERVERS_BUILT.with(Cell::get)
        )
    };
    view! { <h1>{text}</h1> }.into_any()
}

/// The test's own page has an address, which is put back at the end.
#[wasm_bindgen_test]
async fn the_page_follows_the_address() {
    let before = window().location().pathname().expect("a path");
    let (place, _handle) = mount(|| {
        provide_router();
        let navigate = use_navigate();
        let go = move |href: &'static str| navigate(href, NavigateOptions::default());
        view! {
            <button id="first" on:click=move |_| go("/p/1/backups/first%20one")>"First"</button>
            <Outlet pages=pages failed=failed/>
        }
    });
    let heading = || all(&place, "h1").first().and_then(|h1| h1.text_content());
    let shows = |text: &str| heading().as_deref() == Some(text);
    until("an unknown address says so", || shows("Nowhere")).await;

    one(&place, "#first").click();
    until("the path is read", || {
        shows("backup first one tab  build 1")
    })
    .await;

    one(&place, "a[href*=second]").click();
    until("a link changes the page in place", || {
        shows("backup second tab disks build 1")
    })
    .await;
    assert_eq!(
        window().location().pathname().as_deref(),
        Ok("/p/1/backups/second")
    );

    // While the part is fetched, and when it does not come, nobody is left without a page.
    FAILURES.with(|left| left.set(1));
    one(&place, "a[href$=policies]").click();
    until("the failure is shown", || {
        all(&place, "button").len() == 2 && heading().is_none()
    })
    .await;
    all(&place, "button")[1].click();
    until("the part came", || shows("Policies")).await;

    window().history().expect("a history").back().expect("back");
    until("back is the page before", || {
        shows("backup second tab disks build 2")
    })
    .await;

    let history = window().history().expect("a history");
    history
        .replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&before))
        .expect("the address as it was");
}

#[wasm_bindgen_test]
async fn of_two_addresses_in_one_unfetched_part_the_later_is_built_and_once() {
    let before = window().location().pathname().expect("a path");
    let (place, _handle) = mount(|| {
        provide_router();
        let navigate = use_navigate();
        let go = move |href: &'static str| navigate(href, NavigateOptions::default());
        view! {
            <a href="/p/1/servers/second">"Second"</a>
            <button id="first" on:click=move |_| go("/p/1/servers/first")>"First"</button>
            <Outlet pages=pages failed=failed/>
        }
    });
    let heading = || all(&place, "h1").first().and_then(|h1| h1.text_content());
    one(&place, "#first").click();
    let asked = |times: u32| FETCHES.with(Cell::get) == times;
    until("the part is asked for", || asked(1)).await;
    one(&place, "a[href*=second]").click();
    until("the part is asked for again", || asked(2)).await;
    PART_IS_THERE.with(|there| there.set(true));
    until("the later page is shown", || {
        heading().is_some_and(|text| text.starts_with("server second"))
    })
    .await;
    assert_eq!(heading().as_deref(), Some("server second build 1"));

    let history = window().history().expect("a history");
    history
        .replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&before))
        .expect("the address as it was");
}
