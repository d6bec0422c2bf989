//! Which clock instants are shown on, and how far that clock is from UTC at an instant.

use contract::time::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};

use super::time::{Civil, offset_name};

/// The clock instants are shown on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// The reader's, as the browser knows it.
    #[default]
    Mine,
    Utc,
    /// A zone of the IANA database, for example a policy's intended one.
    Named(String),
}

impl Zone {
    /// How it is stored and written in a URL: `mine`, `utc` or the IANA name.
    pub fn key(&self) -> &str {
        match self {
            Self::Mine => "mine",
            Self::Utc => "utc",
            Self::Named(name) => name,
        }
    }

    /// The inverse of [`Zone::key`]; `None` for a name the browser does not know.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "mine" | "" => Some(Self::Mine),
            "utc" => Some(Self::Utc),
            name => format_in(name)
                .is_some()
                .then(|| Self::Named(name.to_owned())),
        }
    }

    /// What the zone is called on screen: the IANA name, or `UTC`.
    pub fn title(&self) -> String {
        match self {
            Self::Mine => my_zone_name(),
            Self::Utc => "UTC".to_owned(),
            Self::Named(name) => name.clone(),
        }
    }

    /// Whether its clock is UTC's, under whatever name the browser has for it.
    pub fn is_utc(&self) -> bool {
        matches!(self.title().as_str(), "UTC" | "Etc/UTC")
    }

    /// Minutes ahead of UTC at an instant.
    pub fn offset(&self, instant: Timestamp) -> i32 {
        let millis = (instant.micros() / 1000) as f64;
        match self {
            Self::Utc => 0,
            Self::Mine => {
                let date = js_sys::Date::new(&JsValue::from_f64(millis));
                -(date.get_timezone_offset() as i32)
            }
            Self::Named(name) => format_in(name)
                .and_then(|format| offset_of(&format, millis))
                .unwrap_or_default(),
        }
    }

    /// The date and time this zone's clock shows.
    pub fn civil(&self, instant: Timestamp) -> Civil {
        Civil::at(instant, self.offset(instant))
    }

    /// `14 Mar 2026 09:26 UTC+1`: never without its zone.
    pub fn exact(&self, instant: Timestamp) -> String {
        let offset = self.offset(instant);
        format!(
            "{} {}",
            Civil::at(instant, offset).minutes(),
            offset_name(offset)
        )
    }

    /// `14 Mar 2026 09:26:53 UTC+1`.
    pub fn exact_seconds(&self, instant: Timestamp) -> String {
        let offset = self.offset(instant);
        format!(
            "{} {}",
            Civil::at(instant, offset).seconds(),
            offset_name(offset)
        )
    }
}

/// The reader's zone as the browser names it.
pub fn my_zone_name() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "my time zone".to_owned())
}

/// A formatter of a named zone; the browser throws for names it does not know.
fn format_in(name: &str) -> Option<js_sys::Intl::DateTimeFormat> {
    let options = js_sys::Object::new();
    for (key, value) in [("timeZone", name), ("timeZoneName", "longOffset")] {
        js_sys::Reflect::set(&options, &key.into(), &value.into()).ok()?;
    }
    let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor = js_sys::Reflect::get(&intl, &"DateTimeFormat".into()).ok()?;
    let arguments = js_sys::Array::of2(&"en-US".into(), &options);
    js_sys::Reflect::construct(constructor.unchecked_ref::<js_sys::Function>(), &arguments)
        .ok()
        .map(|format| format.unchecked_into())
}

/// Reads `GMT+05:30` out of the formatter's parts.
fn offset_of(format: &js_sys::Intl::DateTimeFormat, millis: f64) -> Option<i32> {
    let parts = format.format_to_parts(&js_sys::Date::new(&JsValue::from_f64(millis)));
    parts.iter().find_map(|part| {
        let kind = js_sys::Reflect::get(&part, &"type".into())
            .ok()?
            .as_string()?;
        let value = js_sys::Reflect::get(&part, &"value".into())
            .ok()?
            .as_string()?;
        (kind == "timeZoneName").then(|| gmt_minutes(&value))?
    })
}

/// `GMT`, `GMT+05:30`, `GMT-03:00` as minutes ahead of UTC.
fn gmt_minutes(text: &str) -> Option<i32> {
    let rest = text.strip_prefix("GMT")?;
    let (sign, digits) = match rest.chars().next() {
        None => return Some(0),
        Some('+') => (1, &rest[1..]),
        Some('-') => (-1, &rest[1..]),
        Some('\u{2212}') => (-1, &rest['\u{2212}'.len_utf8()..]),
        Some(_) => return None,
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    Some(sign * (hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_intl_are_read() {
        assert_eq!(gmt_minutes("GMT"), Some(0));
        assert_eq!(gmt_minutes("GMT+05:30"), Some(330));
        assert_eq!(gmt_minutes("GMT-03:00"), Some(-180));
        assert_eq!(gmt_minutes("GMT\u{2212}3"), Some(-180));
        assert_eq!(gmt_minutes("CET"), None);
    }
}
