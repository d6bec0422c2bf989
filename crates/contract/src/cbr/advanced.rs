//! `advanced_retention_rules`: backups of chosen days that stay for weeks, months or years (cbr-v3 4.5).
//!
//! The documents name the members and their ranges and say nothing of what they do together with the
//! other limits. Here a backup made on a chosen day, in the policy's fixed-offset zone (UTC when it has
//! none), stays for that many periods even where a count or an age would end it; `-1` switches a rule
//! off, as the vendor's SDK says, and so does `0`, which is "not set" everywhere in a definition.

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};
use serde::Deserialize;
use serde_json::Value;

use super::policies::Definition;
use super::rules::within;
use crate::retention::Slot;
use crate::rules::fixed_offset;
use crate::time::Timestamp;

/// The rules, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advanced {
    rules: Vec<(Slot, Rule)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Wire {
    weekly_retention_rules: Option<Rule>,
    monthly_retention_rules: Option<Rule>,
    yearly_retention_rules: Option<Rule>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Rule {
    retention_type: Option<Kind>,
    days_of_week: Vec<Day>,
    days_of_month: Vec<i64>,
    retention_weeks: Vec<Week>,
    retention_months: Vec<Month>,
    retention_duration_periods: Option<i64>,
}

/// Whether days of a month are chosen by weekday or by number; the vendor writes it in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    #[serde(alias = "Weekly")]
    Weekly,
    #[serde(alias = "Monthly")]
    Monthly,
}

/// Both spellings occur: the rules of a schedule have the short one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Day {
    #[serde(alias = "MO")]
    Monday,
    #[serde(alias = "TU")]
    Tuesday,
    #[serde(alias = "WE")]
    Wednesday,
    #[serde(alias = "TH")]
    Thursday,
    #[serde(alias = "FR")]
    Friday,
    #[serde(alias = "SA")]
    Saturday,
    #[serde(alias = "SU")]
    Sunday,
}

impl Day {
    const fn is(self, day: Weekday) -> bool {
        self as u32 == day.num_days_from_monday()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Week {
    First,
    Second,
    Third,
    Fourth,
    Last,
}

impl Week {
    /// Whether a day is its weekday's first, second … or last in its month.
    fn has(self, date: NaiveDate) -> bool {
        match self {
            Self::Last => date
                .checked_add_days(Days::new(7))
                .is_none_or(|next| next.month() != date.month()),
            numbered => date.day0() / 7 == numbered as u32,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Month {
    January,
    February,
    March,
    April,
    May,
    June,
    July,
    August,
    September,
    October,
    November,
    December,
}

impl Advanced {
    /// Reads the rules; the error says which member breaks which rule.
    ///
    /// ```
    /// use contract::cbr::advanced::Advanced;
    /// use contract::retention::Slot;
    /// use contract::time::Timestamp;
    /// let rules = serde_json::json!({"weekly_retention_rules": {
    ///     "days_of_week": ["SUNDAY"], "retention_duration_periods": 8}});
    /// let rules = Advanced::parse(&rules).unwrap();
    /// let sunday = Timestamp::parse("2026-03-15T02:30:00").unwrap();
    /// let until = sunday.plus_seconds(8 * 7 * 86_400);
    /// assert_eq!(rules.keeps(sunday, 0), Some((until, Slot::Week)));
    /// assert_eq!(rules.keeps(sunday.plus_seconds(86_400), 0), None);
    /// ```
    pub fn parse(value: &Value) -> Result<Self, String> {
        // A list would be read as the members in their order.
        if !value.is_object() {
            return Err("must be an object".to_owned());
        }
        let wire: Wire =
            serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
        let mut rules = Vec::new();
        for (slot, name, rule, most) in [
            (
                Slot::Week,
                "weekly_retention_rules",
                wire.weekly_retention_rules,
                5_200,
            ),
            (
                Slot::Month,
                "monthly_retention_rules",
                wire.monthly_retention_rules,
                1_200,
            ),
            (
                Slot::Year,
                "yearly_retention_rules",
                wire.yearly_retention_rules,
                100,
            ),
        ] {
            if let Some(rule) = rule {
                rule.check(slot, most)
                    .map_err(|(member, words)| format!("{name}.{member} {words}"))?;
                rules.push((slot, rule));
            }
        }
        Ok(Self { rules })
    }

    /// Until when a backup made at `at` stays, and by which rule: the one that keeps it longest.
    /// `offset` is the zone's, seconds east.
    pub fn keeps(&self, at: Timestamp, offset: i32) -> Option<(Timestamp, Slot)> {
        let date = at.plus_seconds(i64::from(offset)).naive().date();
        self.rules
            .iter()
            .filter_map(|(slot, rule)| Some((rule.keeps(*slot, at, date)?, *slot)))
            .max_by_key(|(until, _)| *until)
    }
}

impl Definition {
    /// Until when a backup made at `at` stays whatever the limits say, and by which rule.
    pub fn kept_beyond(&self, at: Timestamp) -> Option<(Timestamp, Slot)> {
        let rules = Advanced::parse(self.advanced_retention_rules.as_ref()?).ok()?;
        rules.keeps(at, fixed_offset(&self.timezone).unwrap_or(0))
    }
}

impl Rule {
    fn by_weekday(&self, slot: Slot) -> bool {
        slot != Slot::Week && self.retention_type != Some(Kind::Monthly)
    }

    fn check(&self, slot: Slot, most: i64) -> Result<(), (&'static str, String)> {
        let empty = |member| Err((member, "needs at least one entry".to_owned()));
        let periods = self.retention_duration_periods;
        let Some(periods) = periods else {
            return Err(("retention_duration_periods", "is missing".to_owned()));
        };
        within(periods, (-1, most))
            .map_err(|rule| ("retention_duration_periods", rule.to_string()))?;
        if periods < 1 {
            // Switched off: clients leave the rest empty.
            return Ok(());
        }
        if slot != Slot::Week && self.retention_type.is_none() {
            return Err(("retention_type", "must be WEEKLY or MONTHLY".to_owned()));
        }
        let by_number = slot != Slot::Week && !self.by_weekday(slot);
        if by_number {
            if self.days_of_month.is_empty() {
                return empty("days_of_month");
            }
            for day in &self.days_of_month {
                if *day != -1 {
                    within(*day, (1, 28)).map_err(|_| {
                        let words = format!("has {day}; days are 1 to 28, and -1 for the last");
                        ("days_of_month", words)
                    })?;
                }
            }
        } else if self.days_of_week.is_empty() {
            return empty("days_of_week");
        }
        if self.by_weekday(slot) && self.retention_weeks.is_empty() {
            return empty("retention_weeks");
        }
        if slot == Slot::Year && self.retention_months.is_empty() {
            return empty("retention_months");
        }
        Ok(())
    }

    fn keeps(&self, slot: Slot, at: Timestamp, date: NaiveDate) -> Option<Timestamp> {
        let weekday = || self.days_of_week.iter().any(|day| day.is(date.weekday()));
        let chosen = if slot == Slot::Week {
            weekday()
        } else if self.by_weekday(slot) {
            weekday() && self.retention_weeks.iter().any(|week| week.has(date))
        } else {
            let last = date.succ_opt().is_none_or(|next| next.day() == 1);
            self.days_of_month
                .iter()
                .any(|day| *day == i64::from(date.day()) || *day == -1 && last)
        };
        let month = slot != Slot::Year
            || self
                .retention_months
                .iter()
                .any(|month| *month as u32 == date.month0());
        if !chosen || !month {
            return None;
        }
        // What is switched off keeps nothing.
        let periods = u32::try_from(self.retention_duration_periods?).ok()?;
        let naive = at.naive();
        let end = match slot {
            _ if periods == 0 => None,
            Slot::Month => naive.checked_add_months(Months::new(periods)),
            Slot::Year => naive.checked_add_months(Months::new(12 * periods)),
            Slot::Week | Slot::Day => naive.checked_add_days(Days::new(7 * u64::from(periods))),
        };
        end.map(Timestamp::from_naive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn kept(rules: Value, made: &str, offset: i32) -> Option<String> {
        let rules = Advanced::parse(&rules).unwrap();
        let kept = rules.keeps(at(made), offset);
        kept.map(|(until, _)| until.to_naive_text()[..10].to_owned())
    }

    fn one(kind: &str, rule: Value) -> Value {
        json!({(format!("{kind}_retention_rules")): rule})
    }

    #[test]
    fn days_are_chosen_by_weekday_number_and_month() {
        let first_sunday = |months: i64| {
            one(
                "monthly",
                json!({"retention_type": "WEEKLY", "days_of_week": ["SU"], "retention_weeks": ["FIRST"],
                "retention_duration_periods": months}),
            )
        };
        // 2026-03-01 is a Sunday.
        assert_eq!(
            kept(first_sunday(2), "2026-03-01T02:00:00", 0).as_deref(),
            Some("2026-05-01")
        );
        assert_eq!(kept(first_sunday(2), "2026-03-08T02:00:00", 0), None);
        for off in [0, -1] {
            assert_eq!(kept(first_sunday(off), "2026-03-01T02:00:00", 0), None);
        }
        let last = one(
            "monthly",
            json!({"retention_type": "MONTHLY", "days_of_month": [-1, 15],
            "retention_duration_periods": 1}),
        );
        for (day, expected) in [
            ("02-28", true),
            ("02-27", false),
            ("03-15", true),
            ("03-31", true),
        ] {
            let made = format!("2026-{day}T12:00:00");
            assert_eq!(kept(last.clone(), &made, 0).is_some(), expected, "{day}");
        }
        let yearly = one(
            "yearly",
            json!({"retention_type": "WEEKLY", "days_of_week": ["FRIDAY"],
            "retention_weeks": ["LAST"], "retention_months": ["DECEMBER"], "retention_duration_periods": 7}),
        );
        assert_eq!(
            kept(yearly.clone(), "2026-12-25T12:00:00", 0).as_deref(),
            Some("2033-12-25")
        );
        assert_eq!(kept(yearly.clone(), "2026-12-18T12:00:00", 0), None);
        assert_eq!(kept(yearly, "2026-11-27T12:00:00", 0), None);
    }

    #[test]
    fn a_day_is_one_of_the_policys_zone_and_the_longest_rule_counts() {
        let mondays = one(
            "weekly",
            json!({"days_of_week": ["MONDAY"], "retention_duration_periods": 1}),
        );
        let sunday_night = "2026-03-15T23:30:00";
        assert_eq!(kept(mondays.clone(), sunday_night, 0), None);
        assert_eq!(
            kept(mondays, sunday_night, 3_600).as_deref(),
            Some("2026-03-22")
        );
        let both = json!({
            "weekly_retention_rules": {"days_of_week": ["SUNDAY"], "retention_duration_periods": 1},
            "monthly_retention_rules": {"retention_type": "MONTHLY", "days_of_month": [15],
                "retention_duration_periods": 1},
        });
        let rules = Advanced::parse(&both).unwrap();
        let (until, slot) = rules.keeps(at(sunday_night), 0).unwrap();
        assert_eq!((until, slot), (at("2026-04-15T23:30:00"), Slot::Month));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (kind, rule, expected) in [
            (
                "weekly",
                json!({"days_of_week": [], "retention_duration_periods": 1}),
                "days_of_week",
            ),
            (
                "weekly",
                json!({"days_of_week": ["SUNDAY"]}),
                "retention_duration_periods is missing",
            ),
            (
                "weekly",
                json!({"days_of_week": ["SUNDAY"], "retention_duration_periods": 5_201}),
                "retention_duration_periods",
            ),
            (
                "weekly",
                json!({"days_of_week": ["SOMEDAY"], "retention_duration_periods": 1}),
                "SOMEDAY",
            ),
            (
                "monthly",
                json!({"days_of_month": [1], "retention_duration_periods": 1}),
                "retention_type",
            ),
            (
                "monthly",
                json!({"retention_type": "MONTHLY", "days_of_month": [29], "retention_duration_periods": 1}),
                "has 29",
            ),
            (
                "yearly",
                json!({"retention_type": "MONTHLY", "days_of_month": [1], "retention_duration_periods": 1}),
                "retention_months",
            ),
        ] {
            let words = Advanced::parse(&one(kind, rule)).unwrap_err();
            assert!(words.contains(expected), "{words}");
        }
        let off = json!({"days_of_week": [], "retention_duration_periods": -1});
        assert!(Advanced::parse(&one("weekly", off)).is_ok());
        assert!(Advanced::parse(&json!([])).is_err());
        assert_eq!(Advanced::parse(&json!({})), Ok(Advanced::default()));
    }
}
