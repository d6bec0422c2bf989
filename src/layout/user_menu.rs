//! Who is signed in, settings, the way out.

use leptos::prelude::*;

use super::page::use_paths;
use crate::router::{NavigateOptions, use_navigate};
use crate::session::use_session;
use crate::ui::{ButtonKind, Glyph, Menu, MenuItem, use_toasts};

/// The user menu.
#[component]
pub(super) fn UserMenu() -> AnyView {
    let (session, toasts, paths) = (use_session(), use_toasts(), use_paths());
    let navigate = use_navigate();
    let label = Signal::derive(move || session.with(|info| format!("User {}", info.user)));
    let to_settings =
        Callback::new(move |()| navigate(&paths.settings(), NavigateOptions::default()));
    let sign_out = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            if let Err(error) = session.sign_out().await {
                toasts.failure("Signing out did not work", error.to_string());
            }
        });
    });
    let items = Signal::derive(move || {
        let who = session.with(|info| format!("{} · {}", info.user, info.domain));
        vec![
            MenuItem::new("Settings", to_settings).icon(Glyph::Gear),
            MenuItem::new(format!("Sign out {who}"), sign_out).icon(Glyph::Lock),
        ]
    });
    view! { <Menu label=label items=items icon=Glyph::User icon_only=true kind=ButtonKind::Quiet at_end=true/> }.into_any()
}
