//! Views that are fetched when they are first wanted: what hardly anybody opens must not weigh on the first screen.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;

/// Makes a view.
pub type Shown = fn() -> AnyView;

/// A view on its way; nothing comes when it could not be fetched.
pub type Fetched = Pin<Box<dyn Future<Output = Option<Shown>>>>;

/// Fetches a view when it is first wanted and shows it from then on. `failed` is called when it did not come; it is asked for
/// again when a signal behind `wanted` changes.
pub fn when_wanted(
    wanted: Signal<bool>,
    fetch: fn() -> Fetched,
    failed: impl Fn() + Copy + 'static,
) -> AnyView {
    let shown = RwSignal::new(None::<Shown>);
    Effect::new(move |_| {
        if !wanted.get() || shown.with_untracked(Option::is_some) {
            return;
        }
        leptos::task::spawn_local(async move {
            match fetch().await {
                Some(view) => {
                    shown.try_set(Some(view));
                }
                None => failed(),
            }
        });
    });
    view! { {move || shown.get().map(|view| view())} }.into_any()
}
