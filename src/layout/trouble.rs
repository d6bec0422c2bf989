//! Says that a service does not answer, once for the whole page and for as long as it does not; and asks it again by itself.

use std::time::Duration;

use contract::model::Generation;
use contract::operations::{Service, cbr, csbs, ecs, volumev2};
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::api::{Api, Trouble, use_api};
use crate::clock::use_clock;
use crate::ui::{Button, ButtonKind, Fetched, Glyph, Notice, Shown, Tone, use_zone, when_wanted};

/// Seconds until it is asked again, try after try.
const PAUSES: [u32; 4] = [5, 10, 20, 30];
/// A service's own wish to be left alone is respected up to this many seconds.
const LONGEST: u32 = 60;

/// The banner; fetched when it is first needed.
#[component]
pub(super) fn TroubleNotice() -> AnyView {
    let api = use_api();
    when_wanted(Signal::derive(move || api.in_trouble()), fetch, || ())
}

fn fetch() -> Fetched {
    Box::pin(async { trouble().await.ok() })
}

#[wasm_split(dialogs, fallible, wasm_split_path = leptos::wasm_split)]
fn trouble() -> Result<Shown, SplitLoaderError> {
    Ok(banner)
}

/// What a service is called; those without backups by what they are for.
fn name(service: Service) -> &'static str {
    match service {
        Service::Csbs => Generation::Csbs.name(),
        Service::Cbr | Service::CbrAccount => Generation::Cbr.name(),
        Service::Ecs | Service::Compute => "The service of the servers",
        Service::VolumeV2 | Service::VolumeV3 => "The service of the volumes",
        Service::Image => "The service of the images",
        Service::Identity => "The identity service",
        Service::Sandbox => "The sandbox",
    }
}

fn title(services: &[Service]) -> String {
    let names: Vec<&str> = services.iter().map(|service| name(*service)).collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    format!("{} {are} not answering", names.join(" and "))
}

fn pause(tries: usize, rest: u32) -> u32 {
    PAUSES[tries.min(PAUSES.len() - 1)].max(rest.min(LONGEST))
}

/// Asks a service something small. How it ends is taken down with the call, as of any other.
async fn ask(api: Api, service: Service) {
    let (operation, query) = match service {
        Service::Csbs => (&csbs::QUOTAS_SHOW, None),
        Service::Cbr => (&cbr::VAULTS_SUMMARY, None),
        Service::Ecs => (&ecs::SERVERS_LIST, Some("limit")),
        Service::VolumeV2 => (&volumev2::VOLUMES_LIST, Some("limit")),
        // Whoever needs one of the others asks it by himself.
        _ => return,
    };
    let call = api.call(operation, &[]);
    let call = match query {
        Some(limit) => call.query(limit, "1"),
        None => call,
    };
    let _ = call.done().await;
}

fn banner() -> AnyView {
    let (api, clock, zone) = (use_api(), use_clock(), use_zone());
    let lasting = move || {
        api.troubles.with(|all| {
            all.iter()
                .filter(|one| one.is_lasting())
                .cloned()
                .collect::<Vec<Trouble>>()
        })
    };
    let services = Memo::new(move |_| lasting().iter().map(|one| one.service).collect::<Vec<_>>());
    let (tries, asking) = (RwSignal::new(0_usize), RwSignal::new(false));
    let next = RwSignal::new(None);
    let ask_all = move || {
        if asking.get_untracked() {
            return;
        }
        asking.set(true);
        leptos::task::spawn_local(async move {
            for service in services.get_untracked() {
                ask(api, service).await;
            }
            asking.try_set(false);
            tries.try_update(|tries| *tries += 1);
        });
    };
    Effect::new(move |_| {
        if services.with(Vec::is_empty) {
            tries.set(0);
            return;
        }
        let rest = untrack(lasting).iter().map(|one| one.rest).max();
        let pause = pause(tries.get(), rest.unwrap_or(0));
        next.set(Some(clock.now().plus_seconds(pause.into())));
        let due = move || {
            // Nobody looks: it waits for its next turn.
            if document().hidden() {
                tries.update(|tries| *tries += 1);
            } else {
                ask_all();
            }
        };
        if let Ok(handle) = set_timeout_with_handle(due, Duration::from_secs(pause.into())) {
            on_cleanup(move || handle.clear());
        }
    });
    // Set after the place for it stands, or a screen reader would not hear it.
    let status = RwSignal::new(String::new());
    Effect::new(move |before: Option<Vec<Service>>| {
        let now = services.get();
        match before {
            _ if !now.is_empty() => {
                status.set(format!("{}. What is on screen stays.", title(&now)));
            }
            Some(before) if !before.is_empty() => status.set("It answers again.".to_owned()),
            _ => {}
        }
        now
    });
    let at = move || {
        next.get()
            .map(|at| zone.with(|zone| zone.exact_seconds(at)))
    };
    let last = move || lasting().pop().map(|trouble| trouble.error);
    let content = move || {
        view! {
            <Notice tone=Tone::Warning title=Signal::derive(move || title(&services.read()))>
                <p>"What is on screen stays. Where it is old, or something is missing, it says so; the rest of the console works, and nothing you entered is lost."</p>
                <p>{move || last().map(|error| error.text())}</p>
                {move || last().and_then(|error| error.reference()).map(|reference| view! { <p class="reference"><bdi>{reference}</bdi></p> })}
                <p>"It is tried again at "{at}"."</p>
                <Button kind=ButtonKind::Quiet icon=Glyph::Refresh busy=asking on_press=ask_all>"Try now"</Button>
            </Notice>
        }
    };
    let any = Memo::new(move |_| services.with(|services| !services.is_empty()));
    view! {
        <p class="visually-hidden" role="status">{move || status.get()}</p>
        {move || any.get().then(content)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_less_and_less_often_and_left_alone_as_long_as_it_wishes() {
        assert_eq!(
            [0, 1, 2, 3, 99].map(|tries| pause(tries, 0)),
            [5, 10, 20, 30, 30]
        );
        assert_eq!((pause(0, 7), pause(0, 86_400)), (7, LONGEST));
    }

    #[test]
    fn one_title_names_all_of_them() {
        assert_eq!(
            title(&[Service::Csbs]),
            "Cloud Server Backup Service is not answering"
        );
        assert_eq!(
            title(&[Service::Csbs, Service::Cbr]),
            "Cloud Server Backup Service and Cloud Backup and Recovery are not answering"
        );
    }
}
