//! What becomes of backups over time: those that exist and those a schedule has yet to make, each
//! with the reason it stays or goes, and when.
//!
//! A forecast. The documents say what a retention keeps, not at which hour the service cleans up;
//! here it does so after each run and at midnight (UTC), as the sandbox does. Backups of the first
//! generation are judged by every limit at each clean-up (csbs-v1 section 7); one of a vault gets its
//! end when it is made, and only a count is looked at later (cbr-v3 section 7).

use super::{Fate, Go, Row, Stay, fates};
use crate::cbr::policies::Definition;
use crate::cbr::retention as vaults;
use crate::model::{Generation, Retention};
use crate::time::Timestamp;

const DAY: i64 = 86_400;

/// A usable backup of one resource under one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    /// The backup's id.
    pub id: &'a str,
    /// When it was made.
    pub at: Timestamp,
    /// Whether the schedule made it.
    pub automatic: bool,
    /// The end it was given when it was made, where the service does so.
    pub expires: Option<Timestamp>,
    /// An image was made from it: it counts, and no clean-up takes it.
    pub pinned: bool,
}

/// What a policy keeps, and when it looks.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// The service.
    pub generation: Generation,
    /// The limits.
    pub retention: &'a Retention,
    /// Whether the schedule is on; without it nothing new is made, and nothing is counted.
    pub enabled: bool,
}

/// What becomes of one backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Which of the known ones; nothing for one that is yet to be made.
    pub known: Option<usize>,
    /// When it was or will be made.
    pub at: Timestamp,
    /// Why it stays as long as it does; nothing when it goes as soon as somebody looks.
    pub kept: Option<Stay>,
    /// When it goes and why; nothing when it does not within the time looked at.
    pub goes: Option<(Timestamp, Go)>,
}

impl Life {
    /// Whether it is there at an instant.
    pub fn is_there(&self, at: Timestamp) -> bool {
        self.at <= at && self.goes.is_none_or(|(gone, _)| at < gone)
    }
}

/// A backup while time passes.
struct Alive {
    life: usize,
    at: Timestamp,
    automatic: bool,
    expires: Option<Timestamp>,
    pinned: bool,
}

/// What becomes of the backups of one resource from `now` until `until`; `runs` are the schedule's,
/// in order. First the known ones, as given, then those to come.
///
/// ```
/// use contract::model::{Generation, Limits, Retention};
/// use contract::retention::timeline::{Known, Rule, lives};
/// use contract::time::Timestamp;
/// let day = |n: i64| Timestamp::from_seconds(n * 86_400 + 7_200);
/// let keep_two = Retention::Limited(Limits { count: Some(2), ..Limits::default() });
/// let rule = Rule { generation: Generation::Csbs, retention: &keep_two, enabled: true };
/// let known = [1, 2].map(|n| Known { id: "", at: day(n), automatic: true, expires: None, pinned: false });
/// let lives = lives(rule, &known, (3..5).map(day), day(2), day(4));
/// let gone: Vec<_> = lives.iter().map(|life| life.goes.map(|(at, _)| at)).collect();
/// assert_eq!(gone, [Some(day(3)), Some(day(4)), None, None]);
/// ```
pub fn lives(
    rule: Rule<'_>,
    known: &[Known<'_>],
    runs: impl IntoIterator<Item = Timestamp>,
    now: Timestamp,
    until: Timestamp,
) -> Vec<Life> {
    let definition = Definition::from(rule.retention);
    let stamps = rule.generation.capabilities().vaults;
    let mut lives = Vec::with_capacity(known.len());
    let mut alive = Vec::with_capacity(known.len());
    for (n, row) in known.iter().enumerate() {
        alive.push(Alive {
            life: lives.len(),
            at: row.at,
            automatic: row.automatic,
            expires: row.expires.filter(|_| stamps),
            pinned: row.pinned,
        });
        lives.push(Life {
            known: Some(n),
            at: row.at,
            kept: None,
            goes: None,
        });
    }
    let mut runs = runs
        .into_iter()
        .filter(|_| rule.enabled)
        .skip_while(|run| *run <= now)
        .take_while(|run| *run <= until)
        .peekable();
    let mut midnight = Timestamp::from_seconds((now.seconds().div_euclid(DAY) + 1) * DAY);
    // What is kept now, and why, before anybody looks again.
    judge(rule, &definition, &alive, now, &mut lives);
    loop {
        let run = runs.peek().copied();
        let at = run.map_or(midnight, |run| run.min(midnight));
        if at > until {
            return lives;
        }
        let is_run = run == Some(at);
        if is_run {
            runs.next();
            alive.push(Alive {
                life: lives.len(),
                at,
                automatic: true,
                expires: vaults::expiry(&definition, at).filter(|_| stamps),
                pinned: false,
            });
            lives.push(Life {
                known: None,
                at,
                kept: None,
                goes: None,
            });
        }
        if at == midnight {
            midnight = midnight.plus_seconds(DAY);
        }
        // At night vaults only drop what is past its end; a policy that is off counts nothing.
        let counts = if stamps { is_run } else { rule.enabled };
        let judged = match counts {
            true => judge(rule, &definition, &alive, at, &mut lives),
            false if stamps => judge_ends(&alive, at),
            false => continue,
        };
        let mut fates = judged.into_iter();
        alive.retain(|row| {
            let fate = fates.next();
            let Some(Fate::Goes(why)) = fate.filter(|_| !row.pinned) else {
                return true;
            };
            lives[row.life].goes = Some((at, why));
            false
        });
    }
}

/// What becomes of each at an instant; notes why those that stay do.
fn judge(
    rule: Rule<'_>,
    definition: &Definition,
    alive: &[Alive],
    at: Timestamp,
    lives: &mut [Life],
) -> Vec<Fate> {
    let judged = if rule.generation.capabilities().vaults {
        let rows: Vec<_> = alive.iter().map(Alive::row_of_vault).collect();
        vaults::fates(definition, &rows, at)
    } else {
        let rows: Vec<_> = alive
            .iter()
            .map(|row| Row {
                id: "",
                at: row.at,
                automatic: row.automatic,
            })
            .collect();
        fates(rule.retention, &rows, at)
    };
    for (row, fate) in alive.iter().zip(&judged) {
        if let Fate::Stays(stay) = fate {
            lives[row.life].kept = Some(match (stay, row.expires) {
                // A vault's backup without a count stays until the end it was given.
                (Stay::Forever | Stay::ByHand, Some(end)) => Stay::WithinLimits {
                    place: None,
                    until: Some(end),
                },
                _ => *stay,
            });
        }
    }
    judged
}

/// Only what is past the end it was given goes.
fn judge_ends(alive: &[Alive], at: Timestamp) -> Vec<Fate> {
    let rows: Vec<_> = alive.iter().map(Alive::row_of_vault).collect();
    vaults::fates(&Definition::default(), &rows, at)
}

impl Alive {
    fn row_of_vault(&self) -> vaults::Row<'static> {
        vaults::Row {
            id: "",
            at: self.at,
            automatic: self.automatic,
            expires: self.expires,
        }
    }
}

/// A known backup that goes earlier because of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Which of the known ones.
    pub known: usize,
    /// When it goes now, and why.
    pub goes: (Timestamp, Go),
    /// When it would have gone; nothing when it would have stayed.
    pub before: Option<Timestamp>,
}

/// The known backups that go earlier after an edit, out of what becomes of them before and after it.
pub fn losses(before: &[Life], after: &[Life]) -> Vec<Loss> {
    let pairs = before.iter().zip(after);
    pairs
        .filter_map(|(before, after)| {
            let goes = after.goes?;
            let was = before.goes.map(|(at, _)| at);
            let earlier = was.is_none_or(|was| goes.0 < was);
            earlier.then_some(Loss {
                known: after.known?,
                goes,
                before: was,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Limits, LongTerm};
    use crate::retention::Slot;

    fn night(n: i64) -> Timestamp {
        // Sunday 2026-03-01, 02:00.
        Timestamp::from_seconds(1_772_330_400 + n * DAY)
    }

    fn known(nights: core::ops::Range<i64>, expires_after: Option<i64>) -> Vec<Known<'static>> {
        let one = |n| Known {
            id: "",
            at: night(n),
            automatic: true,
            expires: expires_after.map(|days| night(n + days)),
            pinned: false,
        };
        nights.map(one).collect()
    }

    fn limits(count: Option<u32>, days: Option<u32>) -> Retention {
        Retention::Limited(Limits {
            count,
            days,
            long_term: None,
        })
    }

    fn forecast(
        generation: Generation,
        retention: &Retention,
        known: &[Known<'_>],
        nights: i64,
    ) -> Vec<Life> {
        let now = night(known.len() as i64 - 1).plus_seconds(DAY / 2);
        let rule = Rule {
            generation,
            retention,
            enabled: true,
        };
        let runs = (0..400).map(night);
        lives(rule, known, runs, now, now.plus_seconds(nights * DAY))
    }

    #[test]
    fn a_count_lets_the_oldest_go_with_each_run() {
        let lives = forecast(
            Generation::Csbs,
            &limits(Some(3), None),
            &known(0..3, None),
            2,
        );
        assert_eq!(lives.len(), 5);
        let over = Go::OverCount { place: 4, count: 3 };
        assert_eq!(lives[0].goes, Some((night(3), over)));
        assert_eq!(lives[1].goes, Some((night(4), over)));
        assert_eq!(lives[2].goes, None);
        assert!(lives[0].is_there(night(2)) && !lives[0].is_there(night(3)));
    }

    #[test]
    fn an_edit_says_what_goes_earlier_and_when_it_would_have_gone() {
        let rows = known(0..6, None);
        let before = forecast(Generation::Csbs, &limits(Some(6), None), &rows, 3);
        let after = forecast(Generation::Csbs, &limits(Some(4), None), &rows, 3);
        let losses = losses(&before, &after);
        let said: Vec<_> = losses
            .iter()
            .map(|loss| (loss.known, loss.before))
            .collect();
        // The next look is at midnight, before the next run.
        assert_eq!(
            losses[0].goes.0,
            Timestamp::from_seconds(night(6).seconds() - 7_200)
        );
        assert_eq!(
            said,
            [
                (0, Some(night(6))),
                (1, Some(night(7))),
                (2, Some(night(8))),
                (3, None),
                (4, None)
            ]
        );
    }

    #[test]
    fn a_vaults_backup_keeps_the_end_it_was_given_whatever_the_rule_becomes() {
        let rows = known(0..3, Some(5));
        for later in [limits(None, Some(2)), Retention::Forever] {
            let lives = forecast(Generation::Cbr, &later, &rows, 10);
            let gone: Vec<_> = lives[..3]
                .iter()
                .map(|life| life.goes.map(|g| g.0))
                .collect();
            assert_eq!(gone, [Some(night(5)), Some(night(6)), Some(night(7))]);
        }
        // By a count, whichever is reached first.
        let lives = forecast(Generation::Cbr, &limits(Some(2), None), &rows, 10);
        let gone: Vec<_> = lives[..3]
            .iter()
            .map(|life| life.goes.map(|g| g.0))
            .collect();
        assert_eq!(gone, [Some(night(3)), Some(night(3)), Some(night(4))]);
    }

    #[test]
    fn a_slot_keeps_one_beyond_the_count_and_names_itself() {
        let slots = LongTerm {
            week: 2,
            timezone: "UTC+00:00".to_owned(),
            ..LongTerm::default()
        };
        let retention = Retention::Limited(Limits {
            count: Some(1),
            days: None,
            long_term: Some(slots),
        });
        let lives = forecast(Generation::Cbr, &retention, &known(0..1, None), 12);
        // Sunday 1 March ends its week, and is dropped when the second week after it begins.
        assert_eq!(lives[0].kept, Some(Stay::LongTerm(Slot::Week)));
        assert_eq!(lives[0].goes.map(|(at, _)| at), Some(night(8)));
        assert_eq!(lives[1].goes.map(|(at, _)| at), Some(night(2)));
    }

    #[test]
    fn nothing_is_made_or_counted_while_the_schedule_is_off_and_an_image_keeps_its_backup() {
        let mut rows = known(0..3, None);
        let keep_one = limits(Some(1), None);
        let off = Rule {
            generation: Generation::Csbs,
            retention: &keep_one,
            enabled: false,
        };
        let later = lives(off, &rows, (0..9).map(night), night(2), night(8));
        assert!(later.len() == 3 && later.iter().all(|life| life.goes.is_none()));
        rows[0].pinned = true;
        let later = forecast(Generation::Csbs, &keep_one, &rows, 3);
        assert_eq!(later[0].goes, None);
        assert!(later[1].goes.is_some());
    }
}
