//! The retention part of the policy form.

use contract::model::{Capabilities, Limits, LongTerm, Retention};
use contract::rules::MAX_RETENTION;
use serde::{Deserialize, Serialize};

use super::id;
use crate::form::Problem;

/// Most slots of a kind.
const MAX_SLOTS: u32 = 100;

/// What limits the backups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    #[default]
    Count,
    Days,
    Both,
    /// The newest, and beyond them one of each day, week, month and year.
    Slots,
    Forever,
}

impl Keep {
    const ALL: [Self; 5] = [
        Self::Count,
        Self::Days,
        Self::Both,
        Self::Slots,
        Self::Forever,
    ];

    /// What a service knows.
    pub fn of(service: Capabilities) -> Vec<Self> {
        let has = |keep: &Self| match keep {
            Self::Both => service.both_limits,
            Self::Slots => service.slots,
            _ => true,
        };
        Self::ALL.into_iter().filter(has).collect()
    }

    /// Key in the form.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Days => "days",
            Self::Both => "both",
            Self::Slots => "slots",
            Self::Forever => "forever",
        }
    }

    /// What the form calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Count => "A number",
            Self::Days => "Some days",
            Self::Both => "Both limits",
            Self::Slots => "By day, week, month, year",
            Self::Forever => "For ever",
        }
    }

    /// The inverse of [`Keep::key`].
    pub fn from_key(key: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|keep| keep.key() == key)
            .unwrap_or_default()
    }

    pub const fn has_count(self) -> bool {
        matches!(self, Self::Count | Self::Both | Self::Slots)
    }

    pub const fn has_days(self) -> bool {
        matches!(self, Self::Days | Self::Both)
    }
}

/// The kinds of slots, with their fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotField {
    Day,
    Week,
    Month,
    Year,
}

impl SlotField {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// Id of the field.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Day => "policy-slots-day",
            Self::Week => "policy-slots-week",
            Self::Month => "policy-slots-month",
            Self::Year => "policy-slots-year",
        }
    }

    /// What is counted.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Day => "days",
            Self::Week => "weeks",
            Self::Month => "months",
            Self::Year => "years",
        }
    }

    /// The field's label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "Newest of each day, for the last",
            Self::Week => "Newest of each week, for the last",
            Self::Month => "Newest of each month, for the last",
            Self::Year => "Newest of each year, for the last",
        }
    }
}

/// The retention part of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionDraft {
    pub keep: Keep,
    /// Backups to keep, as typed.
    pub count: String,
    /// Days to keep, as typed.
    pub days: String,
    /// Days, weeks, months and years of which the newest backup is kept, as typed.
    pub slots: [String; 4],
    /// The fixed offset in which days begin.
    pub timezone: String,
    /// A retention with long-term slots, which the form does not edit; stays as it is.
    pub untouched: Option<Retention>,
}

impl Default for RetentionDraft {
    fn default() -> Self {
        Self {
            keep: Keep::Count,
            count: "14".to_owned(),
            days: "30".to_owned(),
            slots: ["7", "4", "12", "0"].map(str::to_owned),
            timezone: "UTC+00:00".to_owned(),
            untouched: None,
        }
    }
}

impl RetentionDraft {
    /// A retention to edit in the form of a service; one that the form cannot hold stays as it is.
    pub fn of(retention: &Retention, service: Capabilities) -> Self {
        let mut draft = Self::default();
        let Retention::Limited(limits) = retention else {
            return Self {
                keep: Keep::Forever,
                ..draft
            };
        };
        draft.keep = match (limits.count, limits.days) {
            (Some(_), Some(_)) => Keep::Both,
            (None, Some(_)) => Keep::Days,
            _ => Keep::Count,
        };
        if let Some(count) = limits.count {
            draft.count = count.to_string();
        }
        if let Some(days) = limits.days {
            draft.days = days.to_string();
        }
        if let Some(slots) = &limits.long_term {
            let LongTerm {
                day,
                week,
                month,
                year,
                ..
            } = slots;
            draft.slots = [day, week, month, year].map(ToString::to_string);
            draft.timezone.clone_from(&slots.timezone);
            // Slots without a number keep everything; that is not what the form means by them.
            let fits = service.slots && limits.days.is_none() && limits.count.is_some();
            draft.keep = Keep::Slots;
            draft.untouched = (!fits).then(|| retention.clone());
        }
        draft
    }

    /// The retention, or what is wrong at which field.
    pub fn check(&self) -> Result<Retention, Vec<Problem>> {
        if let Some(untouched) = &self.untouched {
            return Ok(untouched.clone());
        }
        let mut problems = Vec::new();
        let mut number = |asked: bool, field: &str, name: &str, text: &str, most: u32| {
            if !asked {
                return None;
            }
            let number: Option<u32> = text.trim().parse().ok();
            let number = number.filter(|number| *number <= most);
            if number.is_none() {
                problems.push(Problem::at(
                    field,
                    format!("{name}: a whole number from 0 to {most}."),
                ));
            }
            number
        };
        let (keep, by_slots) = (self.keep, self.keep == Keep::Slots);
        let limits = Limits {
            count: number(
                keep.has_count(),
                id::COUNT,
                "Backups to keep",
                &self.count,
                MAX_RETENTION,
            ),
            days: number(
                keep.has_days(),
                id::DAYS,
                "Days to keep",
                &self.days,
                MAX_RETENTION,
            ),
            long_term: by_slots.then(|| {
                let mut slot = |field: SlotField, text: &String| {
                    let name = field.label();
                    number(true, field.id(), name, text, MAX_SLOTS).unwrap_or(0)
                };
                let [day, week, month, year] = &self.slots;
                LongTerm {
                    day: slot(SlotField::Day, day),
                    week: slot(SlotField::Week, week),
                    month: slot(SlotField::Month, month),
                    year: slot(SlotField::Year, year),
                    timezone: self.timezone.clone(),
                }
            }),
        };
        if problems.is_empty() && by_slots {
            if limits.count == Some(0) {
                problems.push(Problem::at(
                    id::COUNT,
                    format!("Backups to keep: a whole number from 1 to {MAX_RETENTION}."),
                ));
            }
            let slots = limits.long_term.as_ref();
            if slots.is_some_and(|slots| slots.day + slots.week + slots.month + slots.year == 0) {
                problems.push(Problem::at(
                    SlotField::Day.id(),
                    "Days, weeks, months and years: at least one must be more than 0, or keep just a number.",
                ));
            }
        }
        match (problems.is_empty(), keep) {
            (false, _) => Err(problems),
            (true, Keep::Forever) => Ok(Retention::Forever),
            (true, _) => Ok(Retention::Limited(limits)),
        }
    }
}

/// The fixed offsets clocks in the world have, as the service writes them, west to east.
pub fn offsets() -> Vec<String> {
    let odd = [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765];
    let mut minutes: Vec<i32> = (-12..=14).map(|hour| hour * 60).chain(odd).collect();
    minutes.sort_unstable();
    let name = |minutes: i32| {
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        format!("UTC{sign}{hours:02}:{rest:02}")
    };
    minutes.into_iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::Generation;
    use contract::rules::fixed_offset;

    const VAULTS: Capabilities = Generation::Cbr.capabilities();

    #[test]
    fn slots_are_read_and_written_and_need_a_number_beside_them() {
        let retention = Retention::Limited(Limits {
            count: Some(7),
            days: None,
            long_term: Some(LongTerm {
                week: 4,
                timezone: "UTC+01:00".into(),
                ..LongTerm::default()
            }),
        });
        let mut draft = RetentionDraft::of(&retention, VAULTS);
        assert_eq!((draft.keep, &draft.untouched), (Keep::Slots, &None));
        assert_eq!(draft.check(), Ok(retention.clone()));
        draft.slots = ["0", "0", "0", "0"].map(str::to_owned);
        draft.count = "0".into();
        let fields: Vec<String> = draft
            .check()
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(fields, [id::COUNT, SlotField::Day.id()]);
        // The first generation's form does not edit them.
        let older = RetentionDraft::of(&retention, Generation::Csbs.capabilities());
        assert_eq!(older.check(), Ok(retention));
    }

    #[test]
    fn a_service_offers_what_it_knows() {
        let titles = |service: Capabilities| -> Vec<&str> {
            Keep::of(service).into_iter().map(Keep::key).collect()
        };
        assert_eq!(titles(VAULTS), ["count", "days", "slots", "forever"]);
        assert_eq!(
            titles(Generation::Csbs.capabilities()),
            ["count", "days", "both", "forever"]
        );
    }

    #[test]
    fn every_offset_that_is_offered_can_be_read() {
        let offsets = offsets();
        assert!(offsets.iter().all(|offset| fixed_offset(offset).is_some()));
        assert_eq!(offsets.first().map(String::as_str), Some("UTC-12:00"));
        assert!(offsets.contains(&"UTC+05:45".to_owned()));
    }
}
