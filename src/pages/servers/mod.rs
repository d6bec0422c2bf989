//! Servers: the list, one server, backing one up now.

mod back_up;
mod draft;
mod facts;
mod filter;
mod list;
mod protection;
mod recent;
mod server;
mod volumes;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The list.
pub struct ServersPage;

#[lazy_route]
impl LazyRoute for ServersPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        list::page()
    }
}

/// One server.
pub struct ServerPage;

#[lazy_route]
impl LazyRoute for ServerPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        server::page()
    }
}
