//! `/sandbox/clock`: shows the virtual clock, advances it, sets its rate.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use contract::time::Timestamp;
use serde_json::{Value, json};

use super::{bad, members};
use crate::Sandbox;
use crate::clock::MAX_RATE;
use crate::http::Problem;
use crate::store::off_thread;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// The furthest one call may go: ten years.
const MAX_ADVANCE: i64 = 3_653 * DAY;

fn shown(sandbox: &Sandbox) -> Json<Value> {
    let now = Timestamp::from_micros(sandbox.clock.now());
    Json(json!({"now": now.to_zulu_text(), "rate": sandbox.clock.state().rate}))
}

pub async fn show(State(sandbox): State<Arc<Sandbox>>) -> Json<Value> {
    shown(&sandbox)
}

pub async fn set(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Result<Json<Value>, Problem> {
    let members = members(&body, &["advance", "rate"])?;
    let advance = match members.get("advance") {
        None => None,
        Some(Value::String(text)) => Some(duration(text).map_err(bad)?),
        Some(_) => return Err(bad("advance must be an ISO 8601 duration such as PT1H.")),
    };
    let rate = match members.get("rate") {
        None => None,
        Some(rate) => Some(
            rate.as_u64()
                .and_then(|rate| u32::try_from(rate).ok())
                .filter(|rate| *rate <= MAX_RATE)
                .ok_or_else(|| bad(format!("rate must be a whole number from 0 to {MAX_RATE}.")))?,
        ),
    };
    if advance.is_none() && rate.is_none() {
        return Err(bad("Send advance or rate."));
    }
    let world = Arc::clone(&sandbox);
    off_thread(move || {
        if let Some(micros) = advance {
            world.advance(micros)?;
        }
        match rate {
            Some(rate) => world.set_rate(rate),
            None => Ok(()),
        }
    })
    .await?;
    Ok(shown(&sandbox))
}

/// An ISO 8601 duration without years and months (whose length depends on where one is), in
/// microseconds: `P30D`, `PT1H30M`, `P1W`, `PT0.5S`.
fn duration(text: &str) -> Result<i64, String> {
    let no = || {
        format!(
            "`{}` is no ISO 8601 duration such as PT1H or P30D.",
            shorten(text)
        )
    };
    let mut rest = text.strip_prefix('P').ok_or_else(no)?;
    let mut units: &[(char, i64)] = &[('W', 7 * DAY), ('D', DAY)];
    let mut total: i64 = 0;
    let mut any = false;
    loop {
        if let Some(after) = rest.strip_prefix('T') {
            if units.iter().any(|(unit, _)| *unit == 'S') || after.is_empty() {
                return Err(no());
            }
            units = &[('H', 3_600 * SECOND), ('M', 60 * SECOND), ('S', SECOND)];
            rest = after;
        }
        let Some(end) = rest.find(|c: char| !c.is_ascii_digit() && c != '.') else {
            break;
        };
        let (number, tail) = rest.split_at(end);
        let unit = tail.chars().next().ok_or_else(no)?;
        let place = units
            .iter()
            .position(|(word, _)| *word == unit)
            .ok_or_else(no)?;
        let size = units[place].1;
        units = &units[place + 1..];
        rest = &tail[unit.len_utf8()..];
        let part = part(number, size, unit == 'S').ok_or_else(no)?;
        total = total.checked_add(part).ok_or_else(no)?;
        any = true;
    }
    if !rest.is_empty() || !any {
        return Err(no());
    }
    if total > MAX_ADVANCE {
        return Err("advance must be ten years at most.".to_owned());
    }
    Ok(total)
}

/// Whole numbers, for seconds with up to six digits after the point.
fn part(number: &str, size: i64, fraction_allowed: bool) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole)
        || (number.contains('.') && !(fraction_allowed && digits(fraction) && fraction.len() <= 6))
    {
        return None;
    }
    let micros = format!("{fraction:0<6}").parse::<i64>().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(size)?
        .checked_add(micros)
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_iso_8601_writes_them() {
        for (text, expected) in [
            ("PT0S", 0),
            ("PT1H", 3_600 * SECOND),
            ("P30D", 30 * DAY),
            (
                "P1W2DT3H4M5.5S",
                9 * DAY + 3 * 3_600 * SECOND + 4 * 60 * SECOND + 5_500_000,
            ),
            ("PT0.000001S", 1),
        ] {
            assert_eq!(duration(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_forward_duration_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1D",
            "-P1D",
            "P-1D",
            "P1Y",
            "P1M",
            "PT1H1H",
            "PT1S1H",
            "P1DT",
            "PT1D",
            "P1H",
            "PT1.5H",
            "PT.5S",
            "PT1.S",
            "PT1.0000001S",
            "P1D ",
            "P99999999999D",
            "P9999999999999999999D",
            "Pé",
            "TP1D",
            "PTT1H",
            "P4000D",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+PTWDHMSY0-9.é]*") {
            let _ = duration(&text);
        }
    }
}
