//! UTC → local: what a stored rule means on another clock, weekdays that roll over included.

use super::{LocalWish, Rhythm, Schedule, TimeOfDay};

/// Runs that share their local days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalGroup {
    /// The local days. An interval of days stays one, counted from a day moved by `day_shift`.
    pub rhythm: Rhythm,
    /// How many days later than in UTC these runs are on the local calendar: −1, 0 or 1; 0 for
    /// rules of every day, where it makes no difference.
    pub day_shift: i8,
    /// The local times, earliest first.
    pub times: Vec<TimeOfDay>,
}

/// A rule on a local clock: one group, or two where some of the times fall on another local day
/// than the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalView {
    /// In the order of their day shift; at least one.
    pub groups: Vec<LocalGroup>,
}

impl LocalView {
    /// Whether some run is on another weekday than in UTC.
    pub fn rolls_over(&self) -> bool {
        self.groups.iter().any(|group| group.day_shift != 0)
    }

    /// The view as a wish, where it is one.
    pub fn wish(&self) -> Option<LocalWish> {
        match self.groups.as_slice() {
            [only] => Some(LocalWish::new(only.rhythm, &only.times)),
            _ => None,
        }
    }
}

impl Schedule {
    /// The rule on a clock that is `offset` seconds east of UTC; parts of a minute are dropped.
    ///
    /// ```
    /// use contract::schedule::{Clock, Schedule};
    /// let schedule = Schedule::parse("FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=15").unwrap();
    /// let kathmandu = schedule.local_view(5 * 3600 + 45 * 60);
    /// assert!(kathmandu.rolls_over());
    /// assert_eq!(kathmandu.describe(Clock::Unsaid)[0].to_string(), "Every Monday at 05:00");
    /// ```
    pub fn local_view(&self, offset: i32) -> LocalView {
        let offset = offset.div_euclid(60);
        let mut groups: Vec<LocalGroup> = Vec::new();
        for time in self.times() {
            let (local, shift) = TimeOfDay::wrapping(i32::from(time.minute_of_day()) + offset);
            let shift = if self.rhythm().is_every_day() {
                0
            } else {
                shift
            };
            match groups.iter_mut().find(|group| group.day_shift == shift) {
                Some(group) => group.times.push(local),
                None => groups.push(LocalGroup {
                    rhythm: moved(self.rhythm(), shift),
                    day_shift: shift,
                    times: vec![local],
                }),
            }
        }
        for group in &mut groups {
            group.times.sort_unstable();
        }
        groups.sort_unstable_by_key(|group| group.day_shift);
        LocalView { groups }
    }
}

/// The rhythm with its weekdays moved; an interval has no weekdays to move.
pub(super) fn moved(rhythm: Rhythm, days: i8) -> Rhythm {
    match rhythm {
        Rhythm::Weekly(set) => Rhythm::Weekly(set.moved(days)),
        daily => daily,
    }
}
