//! Somebody else saved the policy meanwhile: shows what changed since, and lets the later save choose.

use contract::model::Policy;
use leptos::prelude::*;

use super::draft::PolicyDraft;
use super::fields::{Field, Merge, PolicyFields};
use super::form::Editing;
use super::keep::DraftPlace;
use crate::clock::use_clock;
use crate::schedule::zone_of;
use crate::ui::{Button, ButtonKind, Choice, Dialog, DialogActions, Notice, Pick, Tone};

/// The dialog; open while `changed` holds the policy as it is now.
pub fn conflict(
    editing: Editing,
    changed: RwSignal<Option<Policy>>,
    reviewing: RwSignal<bool>,
    place: StoredValue<DraftPlace>,
) -> AnyView {
    let clock = use_clock();
    let open = RwSignal::new(false);
    // Fields both changed, of which theirs is taken.
    let taken = RwSignal::new(Vec::<&'static str>::new());
    Effect::new(move |_| {
        taken.set(Vec::new());
        open.set(changed.with(Option::is_some));
    });
    // Closing forgets the other policy; once, because every change here wakes the effect above.
    Effect::new(move |_| {
        if !open.get() && changed.with_untracked(Option::is_some) {
            changed.set(None);
        }
    });
    let merged = move || {
        let (now, base, mine) = (changed.get()?, editing.base.get()?, editing.wanted()?);
        let theirs = PolicyFields::from(&now);
        let merge = Merge::new(&base, &mine, &theirs);
        Some((now, mine, theirs, merge))
    };
    let load = move |fields: &PolicyFields, now: Policy| {
        let zone = editing.form.rules.zone_untracked();
        let offset = zone_of(&zone).offset(clock.now()) * 60;
        let base = PolicyFields::from(&now);
        editing
            .form
            .load(PolicyDraft::of_fields(fields, &zone, offset));
        editing.base.set(Some(base));
        editing.policy.set(Some(now));
        open.set(false);
    };
    let go_on = move |()| {
        if let Some((now, mut mine, theirs, merge)) = merged() {
            let chosen = taken.get_untracked();
            let of_both = merge
                .both
                .iter()
                .filter(|field| chosen.contains(&field.title()));
            for field in merge.theirs.iter().chain(of_both) {
                mine.take(&theirs, *field);
            }
            load(&mine, now);
            reviewing.set(true);
        }
    };
    let discard = move |()| {
        if let Some(now) = changed.get_untracked() {
            let theirs = PolicyFields::from(&now);
            load(&theirs, now);
            place.with_value(DraftPlace::forget);
        }
    };
    view! {
        <Dialog open=open title="Somebody changed this policy since you opened it" wide=true>
            {move || merged().map(|(_, mine, theirs, merge)| choices(&mine, &theirs, &merge, taken))}
            <DialogActions>
                <Button on_press=discard>"Discard my changes"</Button>
                <Button kind=ButtonKind::Primary first_focus=true on_press=go_on>"Go on with this choice"</Button>
            </DialogActions>
        </Dialog>
    }
    .into_any()
}

fn choices(
    mine: &PolicyFields,
    theirs: &PolicyFields,
    merge: &Merge,
    taken: RwSignal<Vec<&'static str>>,
) -> AnyView {
    let theirs_only = merge
        .theirs
        .iter()
        .map(|field| view! { <li><strong>{field.title()}</strong>": "<bdi>{theirs.say(*field)}</bdi></li> })
        .collect_view();
    let both = merge
        .both
        .iter()
        .map(|field| choice(*field, mine, theirs, taken))
        .collect_view();
    view! {
        <Notice tone=Tone::Warning title="Nothing has been saved yet">
            <p>"It was changed in another tab or by another person. Your entries are all still here."</p>
        </Notice>
        {(!merge.theirs.is_empty()).then(|| view! {
            <p>"Changed there and not by you; this is taken over:"</p>
            <ul>{theirs_only}</ul>
        })}
        {(!merge.both.is_empty()).then(|| view! { <p>"Changed there and by you; choose:"</p> })}
        {both}
    }
    .into_any()
}

fn choice(
    field: Field,
    mine: &PolicyFields,
    theirs: &PolicyFields,
    taken: RwSignal<Vec<&'static str>>,
) -> AnyView {
    let title = field.title();
    let picks = vec![
        Pick::new("mine", format!("Yours: {}", mine.say(field))),
        Pick::new("theirs", format!("Theirs: {}", theirs.say(field))),
    ];
    let chosen = Signal::derive(move || {
        if taken.with(|taken| taken.contains(&title)) {
            "theirs"
        } else {
            "mine"
        }
        .to_owned()
    });
    let choose = move |key: String| {
        taken.update(|taken| {
            taken.retain(|there| *there != title);
            if key == "theirs" {
                taken.push(title);
            }
        });
    };
    view! { <Choice legend=title picks=picks chosen=chosen on_choose=choose/> }.into_any()
}
