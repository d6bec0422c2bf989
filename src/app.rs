//! The whole console: who is signed in, the services every page uses, the frame and the page in it.

use contract::session::SessionInfo;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::api::{Api, ApiError, session::current, use_api};
use crate::clock::Clock;
use crate::format::zone::Zone;
use crate::layout::{Frame, Page, Palette, Preferences, crash, provide_help};
use crate::pages::{page_of, search_panel};
use crate::router::{Outlet, provide_router};
use crate::routes::{Paths, project_of_path};
use crate::session::{Session, recall, remember};
use crate::tasks::Tasks;
use crate::ui::time::ZoneChoice;
use crate::ui::{ErrorState, Toasts};

/// Mounts the console. The page's static shell makes room when there is something to show.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        crash::show_crash();
    }));
    mount_to_body(App);
}

/// Finds out who is signed in, then shows the console.
#[component]
fn App() -> AnyView {
    Preferences::provide();
    let clock = Clock::provide();
    let api = Api::provide(clock);
    let state = RwSignal::new(None::<Result<SessionInfo, ApiError>>);
    let look = move || {
        leptos::task::spawn_local(async move {
            match current(api).await {
                Err(ApiError::SessionEnded) => go_to_sign_in(),
                answer => state.set(Some(answer)),
            }
        });
    };
    look();
    let content = move || {
        let answer = state.get()?;
        remove_shell();
        Some(match answer {
            Ok(info) => view! { <Console info=info clock=clock/> }.into_any(),
            Err(error) => view! {
                <main class="crash">
                    <h1>"Anchorage"</h1>
                    <ErrorState title="The console could not find out who is signed in" text=error.text()
                        reference=error.reference() on_retry=move || look()/>
                </main>
            }
            .into_any(),
        })
    };
    view! { {content} }.into_any()
}

/// The services of a signed-in console, and its pages.
#[component]
fn Console(info: SessionInfo, clock: Clock) -> AnyView {
    let api = use_api();
    enter_project(api, &info);
    provide_router();
    let zone = recall("zone")
        .and_then(|key| Zone::from_key(&key))
        .unwrap_or_default();
    provide_context(ZoneChoice(RwSignal::new(zone)));
    Toasts::provide(clock);
    Session::provide(info, api);
    Tasks::provide();
    provide_help();
    Palette::provide(search_panel);
    view! {
        <Frame>
            <Outlet pages=page_of failed=could_not_be_fetched/>
        </Frame>
    }
    .into_any()
}

/// A page's part of the console did not come: the network, or a new version whose old files are gone.
fn could_not_be_fetched(again: Callback<()>) -> AnyView {
    view! {
        <Page title="Page not loaded">
            <ErrorState title="This page could not be fetched" on_retry=again
                text="The connection failed, or Anchorage was updated meanwhile. Try again; if that does not help, load the console again in the browser."/>
        </Page>
    }
    .into_any()
}

/// Enters the project of the address, or the last one, or the one signed in to; and says so in
/// the address when it names none.
fn enter_project(api: Api, info: &SessionInfo) {
    let path = window().location().pathname().unwrap_or_default();
    let may_enter = |id: &str| info.projects.iter().any(|project| project.id == id);
    let project = match project_of_path(&path) {
        Some(project) => project.to_owned(),
        None => recall("project")
            .filter(|id| may_enter(id))
            .unwrap_or_else(|| info.project_id.clone()),
    };
    if may_enter(&project) {
        remember("project", Some(&project));
    }
    if path == "/" {
        let home = Paths::new(project.clone()).overview();
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&home));
        }
    }
    api.enter(project);
}

/// To the sign-in page, and back here afterwards.
fn go_to_sign_in() {
    let location = window().location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let href = crate::routes::with_query("/sign-in".to_owned(), &[("next", &here)]);
    let _ = location.replace(&href);
}

/// Takes away what `index.html` shows until the console is there.
fn remove_shell() {
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
}
