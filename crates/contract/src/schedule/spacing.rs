//! The two limits on how often a policy runs: 24 times a day, and an hour between two runs.

use super::times::DAY_MINUTES;
use super::{MAX_RUNS_A_DAY, Problem, Rhythm, TimeOfDay};

/// Least minutes between two runs that follow each other.
const MIN_GAP: i32 = 60;

pub(super) fn runs_limit(runs: u32) -> Option<Problem> {
    (runs > MAX_RUNS_A_DAY).then_some(Problem::TooManyRuns { runs })
}

/// The first two runs that follow each other too soon; `times` in order and without repetition.
///
/// Within a day every two neighbours count. Across midnight the last and the first time count
/// where two days that follow each other both run: any two days of a daily rule without interval,
/// and neighbouring days of a weekly rule, Sunday and the Monday after it included.
pub(super) fn closest_neighbours(rhythm: Rhythm, times: &[TimeOfDay]) -> Option<Problem> {
    let minute = |time: &TimeOfDay| i32::from(time.minute_of_day());
    let close = |earlier: TimeOfDay, later: TimeOfDay, minutes: i32, across_midnight| {
        (minutes < MIN_GAP).then_some(Problem::TooClose {
            earlier,
            later,
            minutes: minutes as u16,
            across_midnight,
        })
    };
    let within = times
        .windows(2)
        .find_map(|pair| close(pair[0], pair[1], minute(&pair[1]) - minute(&pair[0]), false));
    within.or_else(|| {
        let (first, last) = (times.first()?, times.last()?);
        let next_day_runs = match rhythm {
            Rhythm::Daily { every } => every == 1,
            Rhythm::Weekly(days) => days.has_neighbours(),
        };
        if !next_day_runs {
            return None;
        }
        close(
            *last,
            *first,
            minute(first) + DAY_MINUTES - minute(last),
            true,
        )
    })
}
