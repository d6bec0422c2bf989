//! The console: everything that runs in the browser.

pub mod api;
pub mod app;
pub mod clock;
pub mod coverage;
pub mod data;
pub mod form;
pub mod format;
pub mod layout;
pub mod pages;
pub mod query;
pub mod router;
pub mod routes;
pub mod schedule;
pub mod session;
pub mod table;
pub mod tags;
pub mod tasks;
pub mod ui;
