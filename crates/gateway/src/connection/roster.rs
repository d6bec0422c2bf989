//! Who is connected. When there is no room left, the connection that has been quiet longest makes room: a thousand
//! people who say nothing do not keep out one who does.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{sync::Notify, time::Instant};

/// Stands for a connection whose request is being worked on.
const ANSWERING: u64 = u64::MAX;
/// Stands for one that has been told to leave.
const LEAVING: u64 = u64::MAX - 1;

/// All connections of a listener.
#[derive(Debug)]
pub struct Roster {
    began: Instant,
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    all: HashMap<u64, Arc<Seat>>,
}

/// One connection.
#[derive(Debug)]
pub struct Seat {
    number: u64,
    roster: Arc<Roster>,
    /// Microseconds after the roster's beginning since which we have been waiting for the client.
    quiet_since: AtomicU64,
    leave: Notify,
}

/// Keeps a connection on the roster.
#[derive(Debug)]
pub struct Seated(pub Arc<Seat>);

impl Roster {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            seats: Mutex::default(),
        })
    }

    pub fn seat(self: &Arc<Self>) -> Seated {
        let mut seats = self.lock();
        seats.next += 1;
        let seat = Arc::new(Seat {
            number: seats.next,
            roster: self.clone(),
            quiet_since: AtomicU64::new(self.now()),
            leave: Notify::new(),
        });
        seats.all.insert(seat.number, seat.clone());
        Seated(seat)
    }

    /// Tells the connection that has been quiet longest to leave; false when every one is being answered.
    pub fn make_room(&self) -> bool {
        let seats = self.lock();
        let quiet = |seat: &&Arc<Seat>| seat.quiet_since.load(Ordering::Relaxed);
        let longest = seats.all.values().min_by_key(quiet);
        let Some(seat) = longest.filter(|seat| quiet(seat) < LEAVING) else {
            return false;
        };
        seat.quiet_since.store(LEAVING, Ordering::Relaxed);
        seat.leave.notify_one();
        true
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(LEAVING - 1)
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// A request has arrived whole; the client waits for us.
    pub fn answering(&self) {
        self.quiet_since.store(ANSWERING, Ordering::Relaxed);
    }

    /// From now on we wait for the client, to send or to take something.
    pub fn quiet(&self) {
        self.quiet_since.store(self.roster.now(), Ordering::Relaxed);
    }

    /// Waits until somebody else needs the room; a request that came in that moment is answered first.
    pub async fn told_to_leave(&self) {
        loop {
            self.leave.notified().await;
            if self.quiet_since.load(Ordering::Relaxed) == LEAVING {
                return;
            }
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.0.roster.lock().all.remove(&self.0.number);
    }
}
