//! Why a backup stays or goes, in words with dates.

use chrono::{Datelike as _, NaiveDate};
use contract::model::Retention;
use contract::retention::timeline::Life;
use contract::retention::{Go, Slot, Stay};
use contract::rules::fixed_offset;
use contract::time::Timestamp;

use super::forecast::Lane;
use crate::format::count;
use crate::format::zone::Zone;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// An instant on a clock: `Mon 23 Nov 2026 18:30`.
pub fn moment(at: Timestamp, zone: &Zone) -> String {
    let civil = zone.civil(at);
    format!("{} {}", civil.short_date_with_year(), civil.clock())
}

/// The days of a slot: `14 Mar 2026`, `9–15 Mar 2026`, `Mar 2026`, `2026`.
fn span_words(slot: Slot, (first, last): (NaiveDate, NaiveDate)) -> String {
    let month = |date: NaiveDate| MONTHS[date.month0() as usize];
    match slot {
        Slot::Day => format!("{} {} {}", first.day(), month(first), first.year()),
        Slot::Week if first.month() == last.month() => format!(
            "{}–{} {} {}",
            first.day(),
            last.day(),
            month(last),
            last.year()
        ),
        Slot::Week => format!(
            "{} {} – {} {} {}",
            first.day(),
            month(first),
            last.day(),
            month(last),
            last.year()
        ),
        Slot::Month => format!("{} {}", month(first), first.year()),
        Slot::Year => first.year().to_string(),
    }
}

/// Why a backup made at `at` stays.
pub fn because(stay: Stay, at: Timestamp, retention: &Retention, zone: &Zone) -> String {
    let (kept, timezone) = match retention {
        Retention::Limited(limits) => (
            limits.count,
            limits
                .long_term
                .as_ref()
                .map(|slots| slots.timezone.as_str()),
        ),
        Retention::Forever => (None, None),
    };
    match stay {
        Stay::ByHand => "kept: made by hand".to_owned(),
        Stay::Forever => "kept: nothing limits it".to_owned(),
        Stay::WithinLimits {
            place: Some(place), ..
        } => {
            let kept = kept.map_or_else(String::new, |kept| format!(", {kept} are kept"));
            format!("kept: number {place} from the newest{kept}")
        }
        Stay::WithinLimits {
            until: Some(until), ..
        } => format!("kept until {}", moment(until, zone)),
        Stay::WithinLimits { .. } => "kept: within the limits".to_owned(),
        Stay::LongTerm(slot) => {
            let offset = timezone.and_then(fixed_offset).unwrap_or(0);
            let word = match slot {
                Slot::Day => "day",
                Slot::Week => "week",
                Slot::Month => "month",
                Slot::Year => "year",
            };
            format!(
                "kept: {word} slot of {}",
                span_words(slot, slot.span(at, offset))
            )
        }
    }
}

/// When and why a backup goes.
pub fn goes((at, why): (Timestamp, Go), zone: &Zone) -> String {
    let why = match why {
        Go::OverCount { place, count } => {
            format!("number {place} from the newest, {count} are kept")
        }
        Go::TooOld { age, days } => format!(
            "{} old, {} are kept",
            count(age as usize, "day", "days"),
            count(days as usize, "day", "days")
        ),
    };
    format!("goes on {}: {why}", moment(at, zone))
}

/// What becomes of one, as a sentence.
pub fn fate(life: &Life, retention: &Retention, zone: &Zone) -> String {
    let kept = life
        .kept
        .map(|stay| because(stay, life.at, retention, zone));
    let goes = life.goes.map(|gone| goes(gone, zone));
    match (kept, goes) {
        (Some(kept), Some(goes)) => format!("{kept}; {goes}"),
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

/// The timeline in words.
pub fn summary(lane: &Lane, now: Timestamp, zone: &Zone) -> String {
    let (known, made): (Vec<&Life>, Vec<&Life>) =
        lane.lives.iter().partition(|life| life.known.is_some());
    let until = zone.civil(lane.until).short_date_with_year();
    let going = known.iter().filter_map(|life| life.goes);
    let first = going.clone().map(|(at, _)| at).min();
    let going = match (going.count(), first) {
        (0, _) | (_, None) => "none of them goes".to_owned(),
        (1, Some(first)) => format!("one of them goes, on {}", moment(first, zone)),
        (number, Some(first)) => {
            format!("{number} of them go, the first on {}", moment(first, zone))
        }
    };
    let left = lane.lives.iter().filter(|life| life.is_there(lane.until));
    let exist = known.iter().filter(|life| life.at <= now).count();
    format!(
        "{} now. Until {until}, {going}; {} made, and {} will be there then.",
        count(exist, "backup exists", "backups exist"),
        count(made.len(), "more is", "more are"),
        count(left.count(), "backup", "backups"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::model::{Limits, LongTerm};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    fn slots(timezone: &str) -> Retention {
        Retention::Limited(Limits {
            count: Some(7),
            days: None,
            long_term: Some(LongTerm {
                week: 4,
                timezone: timezone.into(),
                ..LongTerm::default()
            }),
        })
    }

    #[test]
    fn slots_name_the_days_they_stand_for_on_the_rules_own_clock() {
        let made = at("2026-03-15T23:30:00");
        let said = |slot, timezone: &str| {
            because(Stay::LongTerm(slot), made, &slots(timezone), &Zone::Utc)
        };
        assert_eq!(
            said(Slot::Week, "UTC+00:00"),
            "kept: week slot of 9–15 Mar 2026"
        );
        assert_eq!(
            said(Slot::Week, "UTC+01:00"),
            "kept: week slot of 16–22 Mar 2026"
        );
        assert_eq!(
            said(Slot::Month, "UTC+00:00"),
            "kept: month slot of Mar 2026"
        );
        assert_eq!(said(Slot::Year, "UTC+00:00"), "kept: year slot of 2026");
        let april = because(
            Stay::LongTerm(Slot::Week),
            at("2026-04-01T00:00:00"),
            &slots("UTC+00:00"),
            &Zone::Utc,
        );
        assert_eq!(april, "kept: week slot of 30 Mar – 5 Apr 2026");
    }

    #[test]
    fn a_life_says_why_it_stays_and_when_it_goes() {
        let life = Life {
            known: Some(0),
            at: at("2026-03-15T02:00:00"),
            kept: Some(Stay::WithinLimits {
                place: Some(7),
                until: None,
            }),
            goes: Some((
                at("2026-04-03T02:00:00"),
                Go::OverCount { place: 8, count: 7 },
            )),
        };
        assert_eq!(
            fate(&life, &slots("UTC+00:00"), &Zone::Utc),
            "kept: number 7 from the newest, 7 are kept; \
             goes on Fri 3 Apr 2026 02:00: number 8 from the newest, 7 are kept"
        );
    }
}
