//! The address bar: where the console is, how it goes elsewhere, and showing the page that an address names.
//!
//! The address is the state (decision 0001), so everything here follows it: a page is told of its own part of the address for as
//! long as it stands, and never of the address of the page that comes after it.

mod address;
mod links;
mod outlet;

pub use address::Address;
pub use outlet::{Outlet, PageView};

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::routes::Pairs;

/// How to go somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NavigateOptions {
    /// The new address takes the place of this one in the history instead of following it.
    pub replace: bool,
    /// The page is shown from its top.
    pub scroll: bool,
}

impl Default for NavigateOptions {
    fn default() -> Self {
        Self {
            replace: false,
            scroll: true,
        }
    }
}

/// Where a page is, or the frame around it.
#[derive(Clone, Copy)]
pub struct Location {
    /// The path, encoded as in the address bar.
    pub pathname: Memo<String>,
    /// The query with its `?`, or nothing.
    pub search: Memo<String>,
}

/// The browser's address, for the whole console.
#[derive(Clone, Copy)]
struct Router {
    address: RwSignal<Address>,
}

/// What a page knows of the address: its own, and what its path names.
#[derive(Clone, Copy)]
struct Here {
    address: Signal<Address>,
    params: Signal<Pairs>,
}

/// Follows the address bar and the links of the document from now on.
pub fn provide_router() {
    let router = Router {
        address: RwSignal::new(Address::of_window()),
    };
    let address = router.address;
    provide_context(router);
    provide_context(Here {
        address: address.into(),
        params: Signal::derive(Pairs::default),
    });
    let back = window_event_listener(leptos::ev::popstate, move |_| {
        address.set(Address::of_window());
    });
    let links = links::follow(move |href| router.go(href, NavigateOptions::default()));
    on_cleanup(move || {
        back.remove();
        links.remove();
    });
}

impl Router {
    /// Goes to an address of the console: a path, with or without a query.
    fn go(self, href: &str, options: NavigateOptions) {
        let Ok(history) = window().history() else {
            return;
        };
        let moved = if options.replace {
            history.replace_state_with_url(&JsValue::NULL, "", Some(href))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(href))
        };
        // Browsers refuse more than some hundred changes in half a minute; the page must go there all the same.
        self.address.set(match moved {
            Ok(()) => Address::of_window(),
            Err(_) => Address::parse(href),
        });
        if options.scroll {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }
}

/// Goes to addresses of the console.
pub fn use_navigate() -> impl Fn(&str, NavigateOptions) + Copy + 'static {
    let router = expect_context::<Router>();
    move |href, options| router.go(href, options)
}

/// Where this page is; in the frame, where the browser is.
pub fn use_location() -> Location {
    let Here { address, .. } = expect_context();
    Location {
        pathname: Memo::new(move |_| address.with(|address| address.path.clone())),
        search: Memo::new(move |_| address.with(|address| address.search.clone())),
    }
}

/// The query of this page's address.
pub fn use_query_map() -> Memo<Pairs> {
    let Here { address, .. } = expect_context();
    Memo::new(move |_| address.with(|address| Pairs::of_query(&address.search)))
}

/// What this page's path names, such as `id`.
pub fn use_params_map() -> Memo<Pairs> {
    let Here { params, .. } = expect_context();
    Memo::new(move |_| params.get())
}
