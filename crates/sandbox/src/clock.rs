//! The virtual clock: the only place where this crate reads the time.
//!
//! It follows the machine's clock at a rate (0 stops it, 1 is real time) and can be advanced by
//! hand. What it shows is stored, so a restart continues where it was. Three readings:
//!
//! - [`Clock::now`]: the virtual time; every object, job and `Date` header carries it.
//! - [`Clock::session_now`]: the virtual time without the advances made by hand. Tokens live on it,
//!   so a rehearsal that jumps ninety days does not sign everybody out, while a clock that runs
//!   fast still ends sessions early.
//! - [`Clock::real_now`]: the machine's clock; request signatures are dated with it, because
//!   clients sign with their own clock and know nothing of the virtual one.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use contract::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::store::StoreError;

/// Microseconds since 1970-01-01T00:00:00 UTC.
pub type Micros = i64;

/// The fastest the clock may run: a day per second.
pub const MAX_RATE: u32 = 86_400;

/// One world's virtual clock.
#[derive(Debug)]
pub struct Clock {
    state: Mutex<ClockState>,
    source: fn() -> Micros,
}

/// What the clock showed at an instant of the machine's clock; the row of table `clock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockState {
    /// The virtual time at `real_at`.
    pub virtual_at: Micros,
    /// The machine's time at which it was so.
    pub real_at: Micros,
    /// Virtual seconds per real second, 0 to [`MAX_RATE`].
    pub rate: u32,
    /// How far the clock was advanced by hand, in all.
    pub jumped: Micros,
}

impl ClockState {
    fn now(&self, real: Micros) -> Micros {
        // A machine clock that was set back must not turn the virtual one back.
        let elapsed = (real - self.real_at).max(0);
        self.virtual_at
            .saturating_add(elapsed.saturating_mul(i64::from(self.rate)))
    }

    /// Set to another virtual time by hand; sessions do not notice.
    pub fn set_to(self, virtual_at: Micros) -> Self {
        Self {
            jumped: self.jumped + (virtual_at - self.virtual_at),
            virtual_at,
            ..self
        }
    }

    /// Reads the stored clock; `None` in a fresh database.
    pub fn load(db: &Connection) -> Result<Option<Self>, StoreError> {
        let row = db
            .query_row(
                "SELECT virtual_at, real_at, rate, jumped FROM clock",
                [],
                |row| {
                    Ok(Self {
                        virtual_at: row.get(0)?,
                        real_at: row.get(1)?,
                        rate: row.get(2)?,
                        jumped: row.get(3)?,
                    })
                },
            )
            .optional()?;
        Ok(row)
    }

    /// Stores the clock in the transaction that needed it.
    pub fn save(&self, db: &Connection) -> Result<(), StoreError> {
        db.execute(
            "INSERT OR REPLACE INTO clock (id, virtual_at, real_at, rate, jumped) VALUES (1, ?1, ?2, ?3, ?4)",
            (self.virtual_at, self.real_at, self.rate, self.jumped),
        )?;
        Ok(())
    }
}

impl Clock {
    /// A clock in the given state, or, without one, at the machine's time and running with it.
    pub fn new(state: Option<ClockState>) -> Self {
        Self::with_source(state, machine_time)
    }

    /// [`Clock::new`] on another source of real time, for tests.
    pub fn with_source(state: Option<ClockState>, source: fn() -> Micros) -> Self {
        let state = state.unwrap_or_else(|| {
            let now = source();
            ClockState {
                virtual_at: now,
                real_at: now,
                rate: 1,
                jumped: 0,
            }
        });
        Self {
            state: Mutex::new(state),
            source,
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Micros {
        self.held().now((self.source)())
    }

    /// The virtual time without the advances made by hand.
    pub fn session_now(&self) -> Micros {
        let state = self.held();
        state.now((self.source)()) - state.jumped
    }

    /// A time of a session as its holder is told: advanced with the clock, but in a world of the past never before the
    /// machine's, or clients that look at their own clock would think that it had ended.
    pub fn shown(&self, session: Micros) -> Micros {
        session + self.held().jumped.max(0)
    }

    /// The machine's clock.
    pub fn real_now(&self) -> Micros {
        (self.source)()
    }

    /// The state as of now, with which a stored clock continues.
    pub fn state(&self) -> ClockState {
        let state = self.held();
        let real = (self.source)();
        ClockState {
            virtual_at: state.now(real),
            real_at: real,
            ..*state
        }
    }

    /// Replaces the state, once it is stored.
    pub fn set(&self, state: ClockState) {
        *self.held() = state;
    }

    fn held(&self) -> MutexGuard<'_, ClockState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What time it is to be in a fresh world.
pub fn parse_now(text: &str) -> Result<Timestamp, String> {
    /// From 2000-01-01 until 2200-01-01: what lies before in a seed, and what is advanced after, can be written too.
    const YEARS: Range<i64> = 946_684_800..7_258_118_400;
    Timestamp::parse(text)
        .filter(|now| YEARS.contains(&now.seconds()))
        .ok_or_else(|| {
            "now must be a time from 2000 to 2199 such as 2026-03-14T09:26:53Z.".to_owned()
        })
}

fn machine_time() -> Micros {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Micros = 1_000_000_000;

    #[test]
    fn a_jump_moves_the_virtual_clock_but_no_session() {
        let clock = Clock::with_source(None, || AT);
        let before = clock.session_now();
        for there in [AT + 500, AT - 700] {
            clock.set(clock.state().set_to(there));
            assert_eq!(clock.now(), there);
            assert_eq!(clock.session_now(), before);
            assert_eq!(clock.shown(before), there.max(AT));
        }
        assert_eq!(clock.real_now(), AT);
    }

    #[test]
    fn the_rate_multiplies_what_passes_and_the_past_never_returns() {
        let state = ClockState {
            virtual_at: 50,
            real_at: AT - 10,
            rate: 60,
            jumped: 0,
        };
        assert_eq!(Clock::with_source(Some(state), || AT).now(), 50 + 600);
        let later = ClockState {
            real_at: AT + 10,
            ..state
        };
        assert_eq!(Clock::with_source(Some(later), || AT).now(), 50);
    }
}
