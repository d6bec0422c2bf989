//! Instants on screen: exact with its zone, relative beside it, on the zone the reader chose.

use contract::time::Timestamp;
use leptos::prelude::*;

use crate::clock::use_clock;
use crate::format::{ago, zone::Zone};

/// The zone the whole console shows instants in.
#[derive(Clone, Copy)]
pub struct ZoneChoice(pub RwSignal<Zone>);

/// The zone chosen for the whole console; tracked.
pub fn use_zone() -> RwSignal<Zone> {
    expect_context::<ZoneChoice>().0
}

/// What of an instant is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeShape {
    /// Exact, with the relative time below it.
    #[default]
    Both,
    /// Exact only.
    Exact,
    /// Relative only, with the exact time as its title; for lists that show the exact one nearby.
    Relative,
}

/// An instant; a dash when there is none.
#[component]
pub fn Time(
    #[prop(into)] at: Signal<Option<Timestamp>>,
    #[prop(optional)] shape: TimeShape,
) -> AnyView {
    let (zone, clock) = (use_zone(), use_clock());
    let exact = move |at: Timestamp| zone.with(|zone| zone.exact(at));
    let relative = move |at: Timestamp| ago(at.seconds() - clock.ticking().seconds());
    view! {
        {move || match at.get() {
            None => view! { <span class="dash">"—"</span> }.into_any(),
            Some(at) => {
                let machine = at.to_seconds_text();
                view! {
                    <time class="time" datetime=machine title=move || (shape == TimeShape::Relative).then(|| exact(at))>
                        {(shape != TimeShape::Relative).then(|| view! { <span class="time-exact">{move || exact(at)}</span> })}
                        {(shape != TimeShape::Exact).then(|| view! { <span class="time-relative">{move || relative(at)}</span> })}
                    </time>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}
