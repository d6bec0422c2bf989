//! How full something is, and how far something has come.

use leptos::prelude::*;

use super::badge::Tone;
use super::dom::fresh_id;

/// A level within a known range, with its text.
#[component]
pub fn Meter(
    #[prop(into)] label: Signal<String>,
    /// The level in words: `37 of 600`.
    #[prop(into)]
    text: Signal<String>,
    #[prop(into)] value: Signal<f64>,
    #[prop(into)] max: Signal<f64>,
) -> AnyView {
    let id = fresh_id("meter");
    let share = move || {
        let max = max.get();
        if max > 0.0 {
            (value.get() / max).clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    let tone = move || match share() {
        share if share >= 0.95 => Tone::Bad,
        share if share >= 0.8 => Tone::Warning,
        _ => Tone::Active,
    };
    view! {
        <div class="meter">
            <div class="meter-text"><span id=id.clone()>{move || label.get()}</span><span>{move || text.get()}</span></div>
            <div
                class=move || format!("meter-track {}", tone().class())
                role="meter"
                aria-labelledby=id
                aria-valuemin="0"
                aria-valuemax=move || max.get().to_string()
                aria-valuenow=move || value.get().to_string()
                aria-valuetext=move || text.get()
            >
                <div class="meter-fill" style:inline-size=move || format!("{:.1}%", share() * 100.0)></div>
            </div>
        </div>
    }
    .into_any()
}

/// How far a running job has come; `None` while nobody knows.
#[component]
pub fn Progress(
    #[prop(into)] label: Signal<String>,
    /// 0–100.
    #[prop(into)]
    percent: Signal<Option<u8>>,
) -> AnyView {
    let width = move || {
        percent.get().map_or_else(
            || "40%".to_owned(),
            |percent| format!("{}%", percent.min(100)),
        )
    };
    view! {
        <div class="progress">
            <div
                class="progress-track"
                class:progress-unknown=move || percent.get().is_none()
                role="progressbar"
                aria-label=move || label.get()
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent.get().map(|percent| percent.to_string())
            >
                <div class="progress-fill" style:inline-size=width></div>
            </div>
            <span class="progress-text" aria-hidden="true">{move || percent.get().map(|percent| format!("{percent} %"))}</span>
        </div>
    }
    .into_any()
}
