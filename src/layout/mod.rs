//! The frame around every page: navigation, top bar, messages, and the page's own head.

mod help;
mod navigation;
mod notices;
mod offline;
mod page;
mod palette;
mod preferences;
mod projects;
mod task_tray;
mod top_bar;
mod trouble;
mod user_menu;
mod zone_menu;

pub mod crash;

pub use help::provide_help;
pub use page::{Page, PageHead, use_paths};
pub use palette::{Palette, use_palette};
pub use preferences::{Density, Preferences, Theme, use_preferences};
pub use zone_menu::{choose_zone, zone_picks};

use crate::router::use_location;
use leptos::prelude::*;

use crate::api::use_api;
use crate::routes::project_of_path;
use crate::session::{ExpiryNotice, SessionGuard};
use crate::ui::toast::ToastRegion;

/// The frame; the page stands in it.
#[component]
pub fn Frame(children: Children) -> AnyView {
    let navigation_open = RwSignal::new(false);
    reload_for_another_project();
    view! {
        <a class="skip-link" href="#main" on:click=skip>"Skip to the content"</a>
        <top_bar::TopBar navigation_open=navigation_open/>
        <div class="frame">
            <navigation::Navigation open=navigation_open/>
            <main id="main" class="main" tabindex="-1">
                <offline::OfflineNotice/>
                <trouble::TroubleNotice/>
                <ExpiryNotice/>
                {children()}
            </main>
        </div>
        <ToastRegion/>
        <SessionGuard/>
        <help::HelpSheet/>
        <palette::SearchDialog/>
    }
    .into_any()
}

/// Back and forward may lead into another project: that is another console.
fn reload_for_another_project() {
    let (api, location) = (use_api(), use_location());
    Effect::new(move |_| {
        let path = location.pathname.read();
        if project_of_path(&path).is_some_and(|project| project != api.project()) {
            let _ = window().location().reload();
        }
    });
}

/// The address stays what it is: `#main` is no page.
fn skip(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    event.stop_propagation();
    crate::ui::dom::focus_id("main");
}
