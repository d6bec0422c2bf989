//! Journeys through the finished console in headless Chromium, one file per feature. `cargo xtask test journeys` runs them.
#![cfg(not(target_arch = "wasm32"))]

mod driver;
mod server;

mod backups;
mod broken_answers;
mod half_answers;
mod hostile_texts;
mod main_journey;
mod migration;
mod policies_as_text;
mod policies_v3;
mod restore;
mod screens;
mod search;
mod service_in_trouble;
mod sharing;
mod sign_in;
mod tags;
mod two_generations;
mod vault_story;
mod vaults;
