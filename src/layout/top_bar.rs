//! The bar over everything: project, tasks, notices, zone, theme, help, user.

use leptos::prelude::*;

use super::help::open_help;
use super::notices::NoticesTray;
use super::page::use_paths;
use super::palette::SearchButton;
use super::preferences::ThemeMenu;
use super::projects::ProjectSwitcher;
use super::task_tray::TaskTray;
use super::user_menu::UserMenu;
use super::zone_menu::ZoneMenu;
use crate::ui::{Button, ButtonKind, Glyph, Icon};

/// The top bar.
#[component]
pub(super) fn TopBar(navigation_open: RwSignal<bool>) -> AnyView {
    view! {
        <header class="top-bar">
            <button
                type="button"
                class="button button-quiet button-icon navigation-toggle"
                aria-label="Menu"
                aria-controls="navigation"
                aria-expanded=move || navigation_open.get().to_string()
                on:click=move |_| navigation_open.update(|open| *open = !*open)
            >
                <Icon of=Glyph::Menu/>
            </button>
            <a href=use_paths().overview() class="brand">
                <Icon of=Glyph::Anchor/>
                <span>"Anchorage"</span>
            </a>
            <ProjectSwitcher/>
            <div class="top-bar-tools">
                <SearchButton/>
                <TaskTray/>
                <NoticesTray/>
                <ZoneMenu/>
                <ThemeMenu/>
                <Button kind=ButtonKind::Quiet icon=Glyph::Question name="Help and keyboard" on_press=|| open_help()/>
                <UserMenu/>
            </div>
        </header>
    }
    .into_any()
}
