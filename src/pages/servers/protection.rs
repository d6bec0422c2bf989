//! How a server is protected, in a badge and a sentence.

use contract::time::Timestamp;
use leptos::prelude::*;

use crate::coverage::{Gap, PolicyState, ServerCoverage};
use crate::format::{ago, count};
use crate::routes::Paths;
use crate::ui::{Badge, Glyph, TextLink, Tone};

/// The badge.
pub(super) fn badge(coverage: &ServerCoverage) -> AnyView {
    let (tone, word) = match &coverage.gap {
        None => (Tone::Good, "Protected"),
        Some(Gap::Never) => (Tone::Bad, "No usable backup"),
        Some(Gap::Unsupported) => (Tone::Warning, "Cannot be backed up"),
        Some(Gap::Old { .. }) => (Tone::Warning, "Too old"),
        Some(Gap::DisksLeftOut { .. }) => (Tone::Warning, "Disks left out"),
        Some(Gap::NotKnown(_)) => (Tone::Neutral, "Not known"),
    };
    view! { <Badge tone=tone text=word/> }.into_any()
}

/// The sentence.
pub(super) fn sentence(coverage: &ServerCoverage, now: Timestamp) -> String {
    let newest = |at: Timestamp| {
        format!(
            "The newest usable backup was made {}.",
            ago(at.seconds() - now.seconds())
        )
    };
    match (&coverage.gap, coverage.newest) {
        (None, Some(at)) => format!("Every disk has a fresh backup. {}", newest(at)),
        (Some(Gap::Unsupported), _) => {
            "The service does not back up bare metal servers.".to_owned()
        }
        (Some(Gap::NotKnown(why)), _) => (*why).to_owned(),
        (Some(Gap::Old { newest: at }), _) => newest(*at),
        (Some(Gap::DisksLeftOut { volumes }), _) => {
            format!(
                "{} in no fresh backup.",
                count(volumes.len(), "disk is", "disks are")
            )
        }
        _ => "There is no usable backup: nothing could be restored.".to_owned(),
    }
}

/// The policy that looks after it.
pub(super) fn policy(paths: &Paths, state: &PolicyState) -> AnyView {
    let Some((id, name)) = state.policy() else {
        let word = match state {
            PolicyState::NotKnown => "Not known",
            _ => "None",
        };
        return view! { <span class="dash">{word}</span> }.into_any();
    };
    let (href, name) = (paths.policy(id), name.to_owned());
    let off = matches!(state, PolicyState::Off { .. });
    view! {
        <span class="stack">
            <TextLink href=href><bdi>{name}</bdi></TextLink>
            {off.then(|| view! { <Badge tone=Tone::Neutral text="Off" icon=Glyph::Pause/> })}
        </span>
    }
    .into_any()
}
