//! Says that the machine is offline, as long as it is.

use leptos::{ev, prelude::*};

use crate::ui::{Notice, Tone};

/// The banner; nothing while there is a network.
#[component]
pub(super) fn OfflineNotice() -> AnyView {
    let offline = RwSignal::new(!window().navigator().on_line());
    let gone = window_event_listener(ev::offline, move |_| offline.set(true));
    let back = window_event_listener(ev::online, move |_| offline.set(false));
    on_cleanup(move || {
        gone.remove();
        back.remove();
    });
    view! {
        {move || offline.get().then(|| view! {
            <Notice tone=Tone::Warning title="This machine is offline" announce=true>
                <p>"What is on screen stays and may be old. Nothing is sent until the network is back."</p>
            </Notice>
        })}
    }
    .into_any()
}
