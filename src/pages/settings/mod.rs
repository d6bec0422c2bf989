//! Settings: zone, theme, density; kept in this browser.

use leptos::prelude::*;

use crate::layout::{Density, Page, Theme, choose_zone, use_preferences, zone_picks};
use crate::ui::{Card, Choice, Pick, use_zone};

/// The page.
pub fn settings_page() -> AnyView {
    let (zone, preferences) = (use_zone(), use_preferences());
    let zones = Signal::derive(move || zone.with(zone_picks));
    let themes: Vec<Pick> = Theme::ALL
        .map(|theme| Pick::new(theme.key(), theme.title()))
        .into();
    let densities: Vec<Pick> = Density::ALL
        .map(|density| Pick::new(density.key(), density.title()))
        .into();
    let choose_theme = move |key: String| {
        preferences
            .theme
            .set(Theme::from_key(&key).unwrap_or_default())
    };
    let choose_density = move |key: String| {
        preferences
            .density
            .set(Density::from_key(&key).unwrap_or_default())
    };
    view! {
        <Page title="Settings" lead=|| "These choices stay in this browser; nobody else sees them.">
            <Card title="Time">
                <Choice legend="Show times in" picks=zones chosen=Signal::derive(move || zone.with(|zone| zone.key().to_owned()))
                    on_choose=move |key: String| choose_zone(zone, &key)/>
                <p class="field-hint">"Schedules are stored in UTC by the service. Every schedule also shows its own zone."</p>
            </Card>
            <Card title="Appearance">
                <Choice legend="Theme" picks=themes chosen=Signal::derive(move || preferences.theme.get().key().to_owned())
                    on_choose=choose_theme/>
                <Choice legend="Density of lists" picks=densities chosen=Signal::derive(move || preferences.density.get().key().to_owned())
                    on_choose=choose_density/>
            </Card>
        </Page>
    }
    .into_any()
}
