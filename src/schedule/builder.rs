//! The builder as a whole: what its parts share, and how they stand on the page.

use contract::schedule::{Clock, OffsetTable, Rhythm, Schedule, Sentence};
use contract::time::Timestamp;
use leptos::prelude::*;

use super::days::days_field;
use super::draft::{Outcome, ScheduleDraft};
use super::hours::hours_field;
use super::notes::outcome_notes;
use super::text::rule_field;
use super::times::times_field;
use super::zones::{offset_table, zone_of, zone_options};
use crate::clock::use_clock;
use crate::form::{Field, Select};
use crate::ui::{Button, ButtonKind};

/// What the parts of the builder share. The draft is the only state; the rest follows from it.
#[derive(Clone, Copy)]
pub struct Builder {
    pub draft: RwSignal<ScheduleDraft>,
    /// Offsets of the draft's zone.
    pub table: Memo<OffsetTable>,
    /// What the draft stands for.
    pub outcome: Memo<Outcome>,
    /// The present, as far as offsets are concerned: the beginning of the day.
    pub today: Memo<Timestamp>,
    /// Takes several rules in the place of this one, where a policy may have several.
    pub on_split: Option<Callback<Vec<Schedule>>>,
}

impl Builder {
    /// A builder of a draft, on the console's clock.
    pub fn new(draft: RwSignal<ScheduleDraft>) -> Self {
        let clock = use_clock();
        let today = Memo::new(move |_| {
            let day = clock.ticking().seconds().div_euclid(86_400);
            Timestamp::from_seconds(day * 86_400)
        });
        let zone = Memo::new(move |_| draft.with(|draft| draft.zone.clone()));
        let table = Memo::new(move |_| offset_table(&zone_of(&zone.read()), today.get()));
        let outcome =
            Memo::new(move |_| draft.with(|draft| draft.outcome(&table.read(), today.get())));
        Self {
            draft,
            table,
            outcome,
            today,
            on_split: None,
        }
    }

    /// The same, offering several rules where one cannot say it.
    #[must_use]
    pub fn splitting(mut self, on_split: Callback<Vec<Schedule>>) -> Self {
        self.on_split = Some(on_split);
        self
    }

    /// The rule, if the draft is one; tracked.
    pub fn rule(self) -> Option<Schedule> {
        self.outcome.with(Outcome::rule)
    }

    /// Seconds east of UTC in the draft's zone today; tracked.
    pub fn offset(self) -> i32 {
        self.table.with(|table| table.offset_at(self.today.get()))
    }

    /// The key of the draft's zone; tracked.
    pub fn zone(self) -> Signal<String> {
        Signal::derive(move || self.draft.with(|draft| draft.zone.clone()))
    }

    /// Changes the draft.
    pub fn edit(self, change: impl FnOnce(&mut ScheduleDraft)) {
        self.draft.update(change);
    }
}

/// The builder. Its group has the id `schedule`, its text field `schedule-rule`.
#[component]
pub fn ScheduleBuilder(
    builder: Builder,
    /// What keeps the schedule from being saved, shown at its group after a try.
    #[prop(optional, into)]
    message: Signal<Option<String>>,
) -> AnyView {
    let lag = Memo::new(move |_| {
        builder
            .outcome
            .with(|outcome| builder.draft.read().controls_lag(outcome))
    });
    view! {
        <div class="schedule" id="schedule" role="group" aria-label="Schedule" tabindex="-1">
            {sentence(builder)}
            {move || message.get().map(|text| view! { <p class="field-message">{text}</p> })}
            {zone_field(builder)}
            <div class="schedule-controls" class:schedule-lags=move || lag.get()>
                {move || lag.get().then(|| view! {
                    <p class="field-hint">"The rule text has problems; these controls still show the last rule that was understood."</p>
                })}
                {days_field(builder)}
                {hours_field(builder)}
                {times_field(builder)}
            </div>
            {outcome_notes(builder)}
            {rule_field(builder)}
        </div>
    }
    .into_any()
}

/// The rule in words, on the chosen clock and as it is stored.
fn sentence(builder: Builder) -> AnyView {
    let local = Memo::new(move |_| {
        let draft = builder.draft.read();
        let wish = draft.wish();
        let zone = zone_of(&draft.zone);
        let title = zone.title();
        let clock = if zone.is_utc() {
            Clock::Utc
        } else {
            Clock::Zone(&title)
        };
        builder.outcome.with(|outcome| match outcome {
            Outcome::Text(_) | Outcome::Limits(_) => "Not a schedule yet".to_owned(),
            _ => Sentence::new(wish.rhythm(), wish.times(), clock).to_string(),
        })
    });
    let stored = Memo::new(move |_| {
        let rule = builder.rule()?;
        let local = rule.local_view(builder.offset());
        if builder.draft.with(|draft| zone_of(&draft.zone).is_utc()) {
            return None;
        }
        let rolled = match local.groups.as_slice() {
            [only] if only.day_shift > 0 => " In UTC these runs are on the day before.",
            [only] if only.day_shift < 0 => " In UTC these runs are on the day after.",
            _ => "",
        };
        Some((rule.describe(Clock::Utc).to_string(), rolled))
    });
    let counted = Memo::new(move |_| {
        let rule = builder.rule()?;
        matches!(rule.rhythm(), Rhythm::Daily { every } if every > 1).then_some(())
    });
    view! {
        <div class="schedule-said" role="status">
            <p class="schedule-sentence">{move || local.get()}</p>
            {move || stored.get().map(|(sentence, rolled)| view! {
                <p class="schedule-stored">"Stored as: " {sentence} "."
                    <strong class="schedule-rolled">{rolled}</strong></p>
            })}
            {move || counted.get().map(|()| view! {
                <p class="schedule-stored">"The days are counted from the day the service started the policy."</p>
            })}
        </div>
    }
    .into_any()
}

/// The clock that days and times are on.
fn zone_field(builder: Builder) -> AnyView {
    let options = Memo::new(move |_| builder.draft.with(|draft| zone_options(&draft.zone)));
    let before = RwSignal::new(None::<(String, ScheduleDraft)>);
    let choose = move |key: String| {
        let (outcome, today) = (
            builder.outcome.get_untracked(),
            builder.today.get_untracked(),
        );
        let old = builder.draft.get_untracked();
        let offset = offset_table(&zone_of(&key), today).offset_at(today);
        builder.edit(|draft| draft.show_on(&key, &outcome, offset));
        before.set((outcome.rule().is_some() && old.zone != key).then_some((key, old)));
    };
    // The other reading of the same choice: the times stay, the runs move.
    let keep_times = move |()| {
        if let Some((key, mut old)) = before.get_untracked() {
            old.reinterpret_on(&key);
            builder.draft.set(old);
            before.set(None);
        }
    };
    let moved = move || {
        let (key, old) = before.get()?;
        let shown = builder.draft.with(|draft| draft.zone.clone());
        let times: Vec<String> = old.times().iter().map(ToString::to_string).collect();
        if shown == key {
            return Some(view! {
                <div class="schedule-zone-note" role="status">
                    <p class="field-hint">"The same runs, shown on the other clock."</p>
                    <Button kind=ButtonKind::Quiet on_press=keep_times>{format!("Run at {} there instead", times.join(", "))}</Button>
                </div>
            }.into_any());
        }
        Some(view! {
            <p class="field-hint" role="status">
                "On that clock some of these runs fall on other weekdays than the rest, so the rule is shown in UTC."
            </p>
        }.into_any())
    };
    view! {
        <div class="schedule-zone">
            <Field id="schedule-zone" label="Time zone of the days and times" required=true
                hint="The service stores UTC. The zone is for you: it is remembered in this browser.">
                <Select options=options value=builder.zone() on_change=choose/>
            </Field>
            {moved}
        </div>
    }
    .into_any()
}
