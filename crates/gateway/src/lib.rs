//! The gateway: serves the console, keeps the clouds' tokens, passes allowed operations on.
//!
//! It is a library so that its tests can start it on a free port beside a service that misbehaves on purpose; the
//! program is `anchorage` in `main.rs`.

pub mod app;
pub mod audit;
mod body;
mod breaker;
pub mod cli;
pub mod clock;
pub mod cloud;
pub mod config;
pub mod connection;
mod credentials;
pub mod endpoint;
mod envelope;
mod error;
mod gate;
mod health;
pub mod hosts;
mod identity;
pub mod limits;
pub mod metrics;
mod pages;
pub mod process;
mod proxy;
mod random;
mod resolver;
mod secret;
pub mod serve;
mod session;
mod sign_in;
pub mod site;
mod upstream;
