//! One step of the world: a transaction at one instant.
//!
//! Everything that reads or changes backups, policies and restores gets a [`Turn`] and takes the
//! time from it. Before a turn begins, everything that fell due until its instant has happened.

use std::cell::Cell;

use contract::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use uuid::Uuid;

use crate::clock::ClockState;
use crate::faults::Faults;
use crate::jobs;
use crate::refusal::{Failure, Outcome, Refusal};
use crate::start::Sandbox;

/// A transaction, its instant, and where new ids come from.
pub struct Turn<'a> {
    /// The transaction (or, for reading only, the snapshot).
    pub db: &'a Connection,
    /// The instant.
    pub now: Timestamp,
    /// Failures somebody asked for.
    pub faults: &'a Faults,
    ids: &'a Ids,
}

/// Where ids come from: chance, or, for seeds, a sequence that is the same every time.
#[derive(Debug)]
pub enum Ids {
    /// Version 4 UUIDs.
    Random,
    /// The n-th id of a fixed sequence that looks like them.
    Sequence(Cell<u64>),
}

impl Ids {
    /// The fixed sequence from its beginning; different numbers begin different sequences.
    pub fn sequence(number: u64) -> Self {
        Self::Sequence(Cell::new(number << 40))
    }

    /// The next id.
    pub fn next(&self) -> Uuid {
        match self {
            Self::Random => Uuid::new_v4(),
            Self::Sequence(at) => {
                let n = at.get();
                at.set(n + 1);
                let high = scatter(n.wrapping_mul(2));
                let low = scatter(n.wrapping_mul(2) + 1);
                uuid::Builder::from_random_bytes(
                    (u128::from(high) << 64 | u128::from(low)).to_be_bytes(),
                )
                .into_uuid()
            }
        }
    }
}

/// Spreads a number over all 64 bits (the finaliser of SplitMix64).
pub fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl<'a> Turn<'a> {
    /// A turn at `now`.
    pub fn new(db: &'a Connection, now: Timestamp, faults: &'a Faults, ids: &'a Ids) -> Self {
        Self {
            db,
            now,
            faults,
            ids,
        }
    }

    /// The same turn at another instant.
    pub fn at(&self, now: Timestamp) -> Self {
        Self { now, ..*self }
    }

    /// A new UUID with dashes.
    pub fn new_id(&self) -> String {
        self.ids.next().hyphenated().to_string()
    }

    /// The short number of a project.
    pub fn tenant(&self, project_id: &str) -> Outcome<i64> {
        self.db
            .prepare_cached("SELECT no FROM tenants WHERE project_id = ?1")?
            .query_row([project_id], |row| row.get(0))
            .optional()?
            .ok_or_else(|| {
                Failure::Refused(Refusal {
                    status: 403,
                    ..Refusal::bad("CSBS.9001", "project_id: there is no such project.")
                })
            })
    }
}

/// How many jobs are done in one transaction.
const GROUP: usize = 400;

impl Sandbox {
    /// Looks at the world as it is now.
    pub fn look<T>(&self, work: impl FnOnce(&Turn<'_>) -> Outcome<T>) -> Outcome<T> {
        self.settle()?;
        let now = Timestamp::from_micros(self.clock.now());
        self.store
            .read_blocking(|db| work(&Turn::new(db, now, &self.faults, &Ids::Random)))
    }

    /// Changes the world, now: in one transaction, undone when it is refused.
    pub fn act<T>(&self, work: impl FnOnce(&Turn<'_>) -> Outcome<T>) -> Outcome<T> {
        self.settle()?;
        self.write_world(|db| {
            // Read inside the transaction: writers come one after the other, and so do their instants.
            let now = Timestamp::from_micros(self.clock.now());
            let turn = Turn::new(db, now, &self.faults, &Ids::Random);
            while jobs::run_due(&turn, now, GROUP)? == GROUP {}
            work(&turn)
        })
    }

    /// A transaction that may plan or drop jobs.
    pub(crate) fn write_world<T>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T>,
    ) -> Outcome<T> {
        let mut told = false;
        let answer = self.store.write_blocking(|db| {
            let answer = work(db)?;
            // Told while nobody else can write, so that an older answer never replaces a newer one.
            self.expect_next(jobs::next_due(db)?);
            told = true;
            Ok(answer)
        });
        if answer.is_err() && told {
            // The commit failed: whoever comes next has to look.
            self.expect_next(i64::MIN);
        }
        answer
    }

    /// Lets everything happen that fell due until now.
    pub fn settle(&self) -> Outcome<()> {
        if self.next_due() > self.clock.now() {
            return Ok(());
        }
        let _one_at_a_time = self.settling();
        let until = self.clock.now();
        self.run_until(until, false)
    }

    /// Moves the clock forward by `micros`; what falls due on the way happens at its own time.
    pub fn advance(&self, micros: i64) -> Outcome<()> {
        let _one_at_a_time = self.settling();
        let until = self.clock.now().saturating_add(micros);
        self.run_until(until, true)?;
        self.move_clock(until)
    }

    fn move_clock(&self, to: i64) -> Outcome<()> {
        let state = self.clock.state();
        let state = jumped_to(state, to);
        self.store
            .write_blocking(|db| state.save(db).map_err(Failure::from))?;
        self.clock.set(state);
        Ok(())
    }

    /// Sets the rate; the clock shows no jump.
    pub fn set_rate(&self, rate: u32) -> Outcome<()> {
        let _one_at_a_time = self.settling();
        let state = ClockState {
            rate,
            ..self.clock.state()
        };
        self.store
            .write_blocking(|db| state.save(db).map_err(Failure::from))?;
        self.clock.set(state);
        Ok(())
    }

    /// In groups, so that a long way forward neither holds the writer for long nor is lost when the
    /// process ends on the way: the clock moves with what has happened.
    fn run_until(&self, until: i64, move_clock: bool) -> Outcome<()> {
        loop {
            let mut state = self.clock.state();
            let mut last = None;
            let done = self.write_world(|db| {
                let end = Timestamp::from_micros(until);
                let turn = Turn::new(db, end, &self.faults, &Ids::Random);
                let done = jobs::run_due(&turn, end, GROUP)?;
                if move_clock && done == GROUP {
                    // Everything before the next job has happened.
                    state = jumped_to(state, jobs::next_due(db)?.min(until));
                    state.save(db)?;
                    last = Some(state);
                }
                Ok(done)
            })?;
            if let Some(state) = last {
                self.clock.set(state);
            }
            if done < GROUP {
                return Ok(());
            }
        }
    }

    /// [`Sandbox::settle`] off the async threads, when there is anything to do.
    pub async fn settle_async(self: &std::sync::Arc<Self>) -> Outcome<()> {
        if self.next_due() > self.clock.now() {
            return Ok(());
        }
        let sandbox = std::sync::Arc::clone(self);
        crate::store::off_thread(move || sandbox.settle()).await
    }

    /// [`Sandbox::look`] off the async threads.
    pub async fn look_async<T, F>(self: &std::sync::Arc<Self>, work: F) -> Outcome<T>
    where
        F: FnOnce(&Turn<'_>) -> Outcome<T> + Send + 'static,
        T: Send + 'static,
    {
        let sandbox = std::sync::Arc::clone(self);
        crate::store::off_thread(move || sandbox.look(work)).await
    }

    /// [`Sandbox::act`] off the async threads.
    pub async fn act_async<T, F>(self: &std::sync::Arc<Self>, work: F) -> Outcome<T>
    where
        F: FnOnce(&Turn<'_>) -> Outcome<T> + Send + 'static,
        T: Send + 'static,
    {
        let sandbox = std::sync::Arc::clone(self);
        crate::store::off_thread(move || sandbox.act(work)).await
    }
}

fn jumped_to(state: ClockState, to: i64) -> ClockState {
    state.set_to(to.max(state.virtual_at))
}
