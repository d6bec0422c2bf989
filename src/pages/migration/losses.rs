//! What does not survive, in sentences, the heaviest first.

use std::sync::Arc;

use contract::migration::{About, Loss, Object, Weight};
use leptos::prelude::*;

use super::Seen;
use crate::format::count;
use crate::layout::use_paths;
use crate::routes::Paths;
use crate::ui::{Badge, Details, Notice, TextLink, Tone};

/// Backups named under a loss.
const NAMED: usize = 100;

/// The losses, grouped by weight.
pub fn losses(seen: Signal<Arc<Seen>>, losses: Memo<Vec<Loss>>) -> AnyView {
    let paths = StoredValue::new(use_paths());
    let groups = move || {
        let losses = losses.get();
        if losses.is_empty() {
            return view! { <p>"Everything goes on as it is."</p> }.into_any();
        }
        let weights = [Weight::Blocks, Weight::Lost, Weight::Changed, Weight::Note];
        weights
            .into_iter()
            .filter_map(|weight| {
                let own: Vec<&Loss> = losses
                    .iter()
                    .filter(|loss| loss.weight() == weight)
                    .collect();
                (!own.is_empty()).then(|| group(weight, &own, paths))
            })
            .collect_view()
            .into_any()
    };
    let blocked = move || seen.with(|seen| seen.plan.blockers().next().is_some());
    view! {
        {move || blocked().then(|| view! {
            <Notice tone=Tone::Bad title="The migration cannot begin as things are">
                <p>"What is in the way is named first."</p>
            </Notice>
        })}
        {groups}
    }
    .into_any()
}

const fn tone(weight: Weight) -> Tone {
    match weight {
        Weight::Blocks => Tone::Bad,
        Weight::Lost => Tone::Warning,
        Weight::Changed => Tone::Active,
        Weight::Note => Tone::Neutral,
    }
}

fn group(weight: Weight, losses: &[&Loss], paths: StoredValue<Paths>) -> AnyView {
    let number = count(losses.len(), "point", "points");
    let items: Vec<AnyView> = losses.iter().map(|loss| item(loss, paths)).collect();
    view! {
        <section class="migration-losses">
            <h3>{weight.title()} " " <Badge tone=tone(weight) text=number/></h3>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

fn item(loss: &Loss, paths: StoredValue<Paths>) -> AnyView {
    let subject = match &loss.about {
        About::Project => None,
        About::Policy(policy) => {
            let href = paths.with_value(|paths| paths.policy(&policy.id));
            let name = policy.name.clone();
            Some(view! { "Policy " <TextLink href=href><bdi>{name}</bdi></TextLink> ": " })
        }
    };
    let backups = loss.backups().to_vec();
    let named = (!backups.is_empty()).then(|| backup_list(backups, paths));
    view! {
        <li>
            <p>{subject}<strong><bdi>{loss.what()}</bdi></strong></p>
            <p><bdi>{loss.meaning()}</bdi></p>
            <p class="migration-way-out">"What to do: " <bdi>{loss.way_out()}</bdi></p>
            {named}
        </li>
    }
    .into_any()
}

fn backup_list(backups: Vec<Object>, paths: StoredValue<Paths>) -> AnyView {
    let summary = match backups.len() {
        number if number > NAMED => format!("The first {NAMED} of them"),
        number => count(number, "backup", "backups"),
    };
    let backups = StoredValue::new(backups);
    let links = move || {
        let link = |backup: &Object| {
            let href = paths.with_value(|paths| paths.backup(&backup.id));
            let name = backup.name.clone();
            view! { <li><TextLink href=href><bdi>{name}</bdi></TextLink></li> }
        };
        backups.with_value(|backups| backups.iter().take(NAMED).map(link).collect_view())
    };
    view! { <Details summary=summary><ul class="migration-servers">{links()}</ul></Details> }
        .into_any()
}
