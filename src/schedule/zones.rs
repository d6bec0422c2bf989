//! Offset tables from the browser's `Intl`, and what the reader's locale says about weeks.

use contract::schedule::{OffsetTable, Weekday};
use contract::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::form::SelectOption;
use crate::format::zone::{Zone, my_zone_name};

const DAY: i64 = 86_400;
/// Offsets are looked up this far apart; no zone changes its clock twice within it.
const STEP: i64 = 7 * DAY;
/// How far before and after an instant a table reaches.
const PAST: i64 = 30 * DAY;
const FUTURE: i64 = 800 * DAY;

/// Names that browsers keep in an old spelling (CLDR never changes one), and what the IANA time zone
/// database calls the place today.
const RENAMED: [(&str, &str); 19] = [
    ("Africa/Asmera", "Africa/Asmara"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Catamarca", "America/Argentina/Catamarca"),
    ("America/Coral_Harbour", "America/Atikokan"),
    ("America/Cordoba", "America/Argentina/Cordoba"),
    ("America/Godthab", "America/Nuuk"),
    ("America/Indianapolis", "America/Indiana/Indianapolis"),
    ("America/Jujuy", "America/Argentina/Jujuy"),
    ("America/Louisville", "America/Kentucky/Louisville"),
    ("America/Mendoza", "America/Argentina/Mendoza"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Pacific/Enderbury", "Pacific/Kanton"),
    ("Pacific/Ponape", "Pacific/Pohnpei"),
    ("Pacific/Truk", "Pacific/Chuuk"),
];

/// The zone of a key; the reader's where the browser does not know it.
pub fn zone_of(key: &str) -> Zone {
    Zone::from_key(key).unwrap_or_default()
}

/// The offsets of a zone around an instant, found by halving between two that differ.
pub fn offset_table(zone: &Zone, around: Timestamp) -> OffsetTable {
    if *zone == Zone::Utc {
        return OffsetTable::UTC;
    }
    let offset = |second: i64| zone.offset(Timestamp::from_seconds(second)) * 60;
    // Whole hours, so that a table does not change from one second to the next.
    let start = (around.seconds() - PAST).div_euclid(DAY) * DAY;
    let first = offset(start);
    let (mut from, mut before) = (start, first);
    let mut changes = Vec::new();
    while from < around.seconds() + FUTURE {
        let to = from + STEP;
        let after = offset(to);
        if after != before {
            let (mut low, mut high) = (from, to);
            while high - low > 60 {
                let middle = (low + (high - low) / 2) / 60 * 60;
                if offset(middle) == before {
                    low = middle
                } else {
                    high = middle
                }
            }
            changes.push((Timestamp::from_seconds(high), after));
        }
        (from, before) = (to, after);
    }
    OffsetTable::new(first, changes)
}

/// The day a week begins with where the reader lives; Monday where the browser does not say.
pub fn first_weekday() -> Weekday {
    let ask = || -> Option<i64> {
        let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let constructor = js_sys::Reflect::get(&intl, &"Locale".into()).ok()?;
        let language = window().navigator().language()?;
        let arguments = js_sys::Array::of1(&language.into());
        let locale =
            js_sys::Reflect::construct(constructor.dyn_ref::<js_sys::Function>()?, &arguments)
                .ok()?;
        let week = match js_sys::Reflect::get(&locale, &"getWeekInfo".into())
            .ok()?
            .dyn_ref::<js_sys::Function>()
        {
            Some(get) => get.call0(&locale).ok()?,
            None => js_sys::Reflect::get(&locale, &"weekInfo".into()).ok()?,
        };
        let day = js_sys::Reflect::get(&week, &"firstDay".into())
            .ok()?
            .as_f64()?;
        Some(day as i64)
    };
    // The browser counts from 1 for Monday to 7 for Sunday.
    Weekday::after_monday(ask().unwrap_or(1) - 1)
}

/// The weekdays in the order of the reader's calendar.
pub fn weekdays_from(first: Weekday) -> [Weekday; 7] {
    core::array::from_fn(|n| Weekday::after_monday(i64::from(first.index()) + n as i64))
}

/// The zones to choose from: the reader's, UTC, and all the browser knows.
pub fn zone_options(chosen: &str) -> Vec<SelectOption> {
    let mine = my_zone_name();
    let mut options = vec![
        SelectOption::new("mine", format!("Your time zone ({mine})")),
        SelectOption::new("utc", "UTC, as the service stores it"),
    ];
    let mut names = known_zones();
    if !matches!(chosen, "mine" | "utc") && !names.iter().any(|name| name == chosen) {
        names.insert(0, chosen.to_owned());
    }
    options.extend(
        names
            .into_iter()
            .map(|name| SelectOption::new(name.clone(), name)),
    );
    options
}

fn known_zones() -> Vec<String> {
    let ask = || -> Option<js_sys::Array> {
        let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let list = js_sys::Reflect::get(&intl, &"supportedValuesOf".into()).ok()?;
        let list: &js_sys::Function = list.dyn_ref()?;
        list.call1(&JsValue::UNDEFINED, &"timeZone".into())
            .ok()?
            .dyn_into()
            .ok()
    };
    let mut names: Vec<String> = ask()
        .map(|list| list.iter().filter_map(|name| name.as_string()).collect())
        .unwrap_or_default();
    for name in &mut names {
        let today = todays_name(name);
        // A browser older than the new name keeps its own.
        if today != name && Zone::from_key(today).is_some() {
            *name = today.to_owned();
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// What a place is called today.
fn todays_name(name: &str) -> &str {
    RENAMED
        .iter()
        .find_map(|(old, new)| (*old == name).then_some(*new))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_spellings_give_way_and_no_name_is_replaced_twice() {
        assert_eq!(todays_name("Asia/Katmandu"), "Asia/Kathmandu");
        assert_eq!(todays_name("Europe/Berlin"), "Europe/Berlin");
        for (_, new) in RENAMED {
            assert_eq!(todays_name(new), new);
        }
    }
}
