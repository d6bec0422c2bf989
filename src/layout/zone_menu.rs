//! The one switch for the clock everything is shown on.

use leptos::prelude::*;

use crate::format::zone::{Zone, my_zone_name};
use crate::session::remember;
use crate::ui::{Glyph, Menu, MenuItem, Pick, use_zone};

/// The zones offered everywhere: the reader's, UTC, and a named one while it is chosen.
pub fn zone_picks(chosen: &Zone) -> Vec<Pick> {
    let mut picks = vec![
        Pick::new("mine", format!("My zone ({})", my_zone_name())),
        Pick::new("utc", "UTC"),
    ];
    if let Zone::Named(name) = chosen {
        picks.push(Pick::new(name.clone(), name.clone()));
    }
    picks
}

/// Chooses a zone and remembers it.
pub fn choose_zone(zone: RwSignal<Zone>, key: &str) {
    if let Some(chosen) = Zone::from_key(key) {
        remember("zone", Some(chosen.key()));
        zone.set(chosen);
    }
}

/// The zone in the top bar, always visible.
#[component]
pub(super) fn ZoneMenu() -> AnyView {
    let zone = use_zone();
    let label = Signal::derive(move || zone.with(Zone::title));
    let items = Signal::derive(move || {
        let chosen = zone.get();
        zone_picks(&chosen)
            .into_iter()
            .map(|pick| {
                let is_chosen = pick.key == chosen.key();
                MenuItem::new(pick.label, move || choose_zone(zone, &pick.key)).checked(is_chosen)
            })
            .collect::<Vec<_>>()
    });
    view! { <Menu label=label items=items icon=Glyph::Globe kind=crate::ui::ButtonKind::Quiet at_end=true/> }.into_any()
}
