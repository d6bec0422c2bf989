//! The areas of the console.

use crate::router::use_location;
use leptos::prelude::*;

use super::page::use_paths;
use crate::routes::Area;
use crate::session::use_session;
use crate::ui::{Glyph, Icon};

const fn glyph(area: Area) -> Glyph {
    match area {
        Area::Overview => Glyph::Home,
        Area::Servers => Glyph::Server,
        Area::Backups => Glyph::Backup,
        Area::Policies => Glyph::Policy,
        Area::Vaults => Glyph::Vault,
        Area::Restores => Glyph::Restore,
        Area::Practice => Glyph::Practice,
        Area::Settings => Glyph::Gear,
    }
}

/// The links to the areas. On narrow screens they are behind the top bar's menu button.
#[component]
pub(super) fn Navigation(open: RwSignal<bool>) -> AnyView {
    let (paths, location) = (use_paths(), use_location());
    let session = use_session();
    let here = Memo::new(move |_| Area::of_path(&location.pathname.read()));
    // Arrived somewhere: the menu has done its work.
    Effect::new(move |_| {
        location.pathname.track();
        open.set(false);
    });
    let links = Area::NAVIGATION
        .into_iter()
        .filter(|area| session.shows(*area))
        .map(|area| {
            view! {
                <li>
                    <a href=paths.area(area) class="nav-link"
                        aria-current=move || (here.get() == Some(area)).then_some("page")>
                        <Icon of=glyph(area)/>
                        <span>{area.title()}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="navigation" id="navigation" class:navigation-open=move || open.get() aria-label="Console">
            <ul>{links}</ul>
        </nav>
    }
    .into_any()
}
