//! The countdown before the session ends by itself.

use leptos::prelude::*;

use super::use_session;
use crate::format::duration;
use crate::ui::{Notice, Tone};

/// How long before the end the countdown begins, in seconds.
const WARNING: i64 = 300;

/// Says that the session ends soon; nothing before.
#[component]
pub fn ExpiryNotice() -> AnyView {
    let session = use_session();
    let left = RwSignal::new(i64::MAX);
    // The gateway's clock is not ours: only the distance counts.
    let started = StoredValue::new(0.0);
    Effect::new(move |_| {
        session.with(|_| ());
        started.set_value(js_sys::Date::now());
    });
    let tick = move || {
        let gone = ((js_sys::Date::now() - started.get_value()) / 1000.0) as i64;
        left.set(
            session
                .info
                .with_untracked(|info| info.expires_at - info.now)
                - gone,
        );
    };
    if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_secs(5)) {
        on_cleanup(move || handle.clear());
    }
    let soon = Memo::new(move |_| (1..=WARNING).contains(&left.get()));
    let title = Signal::derive(move || format!("Your session ends in {}", duration(left.get())));
    view! {
        {move || soon.get().then(|| view! {
            <Notice tone=Tone::Warning title=title>
                <p>"Save what you are working on, or stay: when the session has ended you can sign in again here, and drafts are kept."</p>
            </Notice>
        })}
    }
    .into_any()
}
