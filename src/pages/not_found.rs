//! An address that leads nowhere.

use leptos::prelude::*;

use crate::layout::{Page, use_paths};
use crate::ui::{ButtonKind, ButtonLink, EmptyState, Glyph};

/// The page for addresses nobody knows.
pub fn not_found_page() -> AnyView {
    let overview = use_paths().overview();
    view! {
        <Page title="Page not found">
            <EmptyState title="There is no page at this address" icon=Glyph::Search>
                <p>"The link may be old, or a part of it may be missing."</p>
                <ButtonLink href=overview kind=ButtonKind::Primary>"Go to the overview"</ButtonLink>
            </EmptyState>
        </Page>
    }
    .into_any()
}
