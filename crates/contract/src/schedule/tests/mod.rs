//! The engine's tests: texts, runs, zones, and a general RRULE library beside it.

#[cfg(not(target_arch = "wasm32"))]
mod peer;
mod runs;
mod sentences;
mod texts;
#[cfg(not(target_arch = "wasm32"))]
mod zones;

use proptest::prelude::*;

use super::{Hours, Rhythm, Schedule, TimeOfDay, Weekdays};
use crate::time::Timestamp;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn rule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap()
}

fn times(texts: &[&str]) -> Vec<TimeOfDay> {
    texts
        .iter()
        .map(|text| TimeOfDay::parse(text).unwrap())
        .collect()
}

fn any_rhythm() -> impl Strategy<Value = Rhythm> {
    prop_oneof![
        (1u8..=30).prop_map(|every| Rhythm::Daily { every }),
        (1u8..128).prop_map(|bits| Rhythm::Weekly(Weekdays::from_bits(bits))),
    ]
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    (any_rhythm(), 1u32..1 << 24, 0u8..60).prop_map(|(rhythm, hours, minute)| {
        Schedule::new(rhythm, Hours::from_bits(hours), minute).unwrap()
    })
}

/// Instants from 1970 to 2200.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    (0i64..7_258_118_400_000_000).prop_map(Timestamp::from_micros)
}
