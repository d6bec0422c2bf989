//! Practice: the sandbox's clock, its faults and its worlds.

mod advance;
mod clock;
mod faults;
mod world;

use leptos::prelude::*;

use crate::layout::{Page, use_paths};
use crate::session::use_session;
use crate::ui::{ButtonLink, EmptyState, Glyph};

/// The page.
pub fn practice_page() -> AnyView {
    let lead = || "The sandbox behaves like the cloud. Here you turn its clock, break things on purpose, and begin anew.";
    let overview = use_paths().overview();
    view! {
        <Page title="Practice" lead=lead>
            {if use_session().is_sandbox() {
                view! { <clock::ClockCard/> <faults::FaultsCard/> <world::WorldCard/> }.into_any()
            } else {
                view! {
                    <EmptyState title="This is a real cloud" icon=Glyph::Lock>
                        <p>"Its clock cannot be turned. Sign in to the sandbox to practise."</p>
                        <ButtonLink href=overview>"Go to the overview"</ButtonLink>
                    </EmptyState>
                }.into_any()
            }}
        </Page>
    }
    .into_any()
}
