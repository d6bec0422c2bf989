//! Servers: the list, one server, backing one up now.

mod back_up;
mod capabilities;
mod draft;
mod facts;
mod filter;
mod list;
mod protection;
mod recent;
mod server;
mod volumes;

pub use list::page as servers_page;
pub use server::page as server_page;
