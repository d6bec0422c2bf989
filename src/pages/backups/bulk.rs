//! Deleting many backups: never more than the service deletes at once, one result for each. Each service
//! has its own room; the documents of v3 name no number, so it is not asked for more than v1.
//!
//! A pure state machine; sending and looking are done by whoever drives it.

use contract::model::{Backup, BackupStatus, Generation};
use contract::rules::MAX_CONCURRENT_DELETIONS;
use contract::time::Timestamp;

/// How long a deletion may take before it is called unclear (csbs-v1 4.13).
const LONGEST_SECONDS: i64 = 30 * 60;

/// After this long a deletion the service took shows in the backup's state.
const SETTLED_SECONDS: i64 = 60;

/// Where one deletion stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Not sent yet.
    Waiting,
    /// The request is on its way.
    Sending,
    /// The service took it; it is gone when the service no longer knows it.
    Running {
        since: Timestamp,
    },
    Gone,
    /// The service refused or gave up, in its words.
    Failed(String),
    /// Nobody knows: no answer, or no end.
    Unclear(String),
    /// Taken back before it was sent.
    Stopped,
}

/// One backup to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub generation: Generation,
    pub id: String,
    pub checkpoint: String,
    pub name: String,
    pub server: String,
    pub size_mb: i64,
    pub step: Step,
}

/// The deletions asked for, in the order they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    items: Vec<Item>,
}

/// How many stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub waiting: usize,
    pub running: usize,
    pub gone: usize,
    pub failed: usize,
    pub stopped: usize,
    pub freed_mb: i64,
}

impl Tally {
    /// All of them.
    pub fn total(self) -> usize {
        self.waiting + self.running + self.gone + self.failed + self.stopped
    }

    /// Those that have ended, however.
    pub fn ended(self) -> usize {
        self.gone + self.failed + self.stopped
    }
}

impl Queue {
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds deletions behind the others; a backup that is already on its way is not added again.
    pub fn add(&mut self, items: impl IntoIterator<Item = Item>) {
        for item in items {
            let is_under_way = |known: &Item| known.id == item.id && !known.has_ended();
            if !self.items.iter().any(is_under_way) {
                self.items.retain(|known| known.id != item.id);
                self.items.push(item);
            }
        }
    }

    /// The next one to send, if the service has room: it counts as being sent from now on.
    pub fn next(&mut self) -> Option<Item> {
        let room = Generation::ALL.map(|generation| {
            let of = |item: &&Item| item.generation == generation && item.is_busy();
            self.items.iter().filter(of).count() < MAX_CONCURRENT_DELETIONS
        });
        let item = self.items.iter_mut().find(|item| {
            item.step == Step::Waiting && room[usize::from(item.generation == Generation::Cbr)]
        })?;
        item.step = Step::Sending;
        Some(item.clone())
    }

    /// The service took a deletion.
    pub fn taken(&mut self, id: &str, now: Timestamp) {
        self.step(id, Step::Running { since: now });
    }

    /// The service refused a deletion, or nobody knows whether it took it.
    pub fn ended(&mut self, id: &str, step: Step) {
        self.step(id, step);
    }

    /// What a look at a running one found; `None` when the service no longer knows it.
    pub fn seen(&mut self, id: &str, backup: Option<&Backup>, now: Timestamp) {
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else {
            return;
        };
        let Step::Running { since } = item.step else {
            return;
        };
        let Some(backup) = backup else {
            item.step = Step::Gone;
            return;
        };
        let failed = backup
            .failure
            .as_ref()
            .filter(|failure| failure.operation == "delete");
        let silent = !backup.generation.capabilities().failure_in_backup;
        match (&backup.status, failed) {
            // The reason stands in the service's tasks; a failed deletion leaves the backup failed.
            (BackupStatus::Error, None)
                if silent && now.seconds() - since.seconds() > SETTLED_SECONDS =>
            {
                item.step =
                    Step::Failed("The service did not delete it; its tasks say why.".to_owned());
            }
            (BackupStatus::Deleted, _) => item.step = Step::Gone,
            (BackupStatus::Error, Some(failure)) => {
                let code = if failure.code.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", failure.code)
                };
                item.step = Step::Failed(format!("{}{code}", failure.reason));
            }
            // A request that got lost leaves the backup as it was.
            (status, _)
                if !status.is_busy() && now.seconds() - since.seconds() > SETTLED_SECONDS =>
            {
                item.step = Step::Unclear(
                    "It is still there, and the service is not deleting it.".to_owned(),
                );
            }
            _ if now.seconds() - since.seconds() > LONGEST_SECONDS => {
                item.step = Step::Unclear(
                    "Still there after 30 minutes; the service may go on with it.".to_owned(),
                );
            }
            _ => {}
        }
    }

    /// Ids to look at.
    pub fn running(&self) -> Vec<String> {
        self.items
            .iter()
            .filter(|item| matches!(item.step, Step::Running { .. }))
            .map(|item| item.id.clone())
            .collect()
    }

    /// Takes back what has not been sent.
    pub fn stop(&mut self) {
        for item in &mut self.items {
            if item.step == Step::Waiting {
                item.step = Step::Stopped;
            }
        }
    }

    /// Puts what failed back at the end of the queue.
    pub fn retry_failed(&mut self) {
        for item in &mut self.items {
            if matches!(item.step, Step::Failed(_)) {
                item.step = Step::Waiting;
            }
        }
    }

    /// Forgets what has ended.
    pub fn clear_ended(&mut self) {
        self.items.retain(|item| !item.has_ended());
    }

    /// Whether something is still to come.
    pub fn is_live(&self) -> bool {
        self.items.iter().any(|item| !item.has_ended())
    }

    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for item in &self.items {
            match item.step {
                Step::Waiting => tally.waiting += 1,
                Step::Sending | Step::Running { .. } => tally.running += 1,
                Step::Gone => {
                    tally.gone += 1;
                    tally.freed_mb += item.size_mb;
                }
                Step::Failed(_) | Step::Unclear(_) => tally.failed += 1,
                Step::Stopped => tally.stopped += 1,
            }
        }
        tally
    }

    fn step(&mut self, id: &str, step: Step) {
        if let Some(item) = self
            .items
            .iter_mut()
            .find(|item| item.id == id && !item.has_ended())
        {
            item.step = step;
        }
    }
}

impl Item {
    fn is_busy(&self) -> bool {
        matches!(self.step, Step::Sending | Step::Running { .. })
    }

    /// Whether nothing more will come.
    pub fn has_ended(&self) -> bool {
        !matches!(
            self.step,
            Step::Waiting | Step::Sending | Step::Running { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use contract::csbs::backups::CheckpointItem;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn queue(count: usize) -> Queue {
        let mut queue = Queue::default();
        queue.add((0..count).map(|number| Item {
            generation: Generation::Csbs,
            id: format!("b{number}"),
            checkpoint: "c".into(),
            name: format!("night-{number}"),
            server: "web".into(),
            size_mb: 10,
            step: Step::Waiting,
        }));
        queue
    }

    fn backup(status: &str, failed: &str) -> Backup {
        let mut item = CheckpointItem {
            status: status.into(),
            ..CheckpointItem::default()
        };
        item.extend_info.fail_op = failed.into();
        item.extend_info.fail_reason = if failed.is_empty() {
            ""
        } else {
            "the disk is locked"
        }
        .into();
        item.into()
    }

    #[test]
    fn two_hundred_deletions_never_run_more_than_five_at_once() {
        let mut queue = queue(200);
        let mut rounds = 0;
        while queue.is_live() {
            while let Some(item) = queue.next() {
                queue.taken(&item.id, at(rounds));
            }
            assert!(queue.running().len() <= MAX_CONCURRENT_DELETIONS);
            let first = queue.running()[0].clone();
            queue.seen(&first, None, at(rounds));
            rounds += 1;
        }
        assert_eq!(rounds, 200);
        assert_eq!(
            queue.tally(),
            Tally {
                gone: 200,
                freed_mb: 2_000,
                ..Tally::default()
            }
        );
    }

    #[test]
    fn each_service_has_room_of_its_own() {
        let mut queue = queue(12);
        for item in queue.items.iter_mut().skip(6) {
            item.generation = Generation::Cbr;
        }
        let mut sent = Vec::new();
        while let Some(item) = queue.next() {
            sent.push(item.generation);
        }
        let of = |wanted| {
            sent.iter()
                .filter(|generation| **generation == wanted)
                .count()
        };
        assert_eq!(
            (of(Generation::Csbs), of(Generation::Cbr)),
            (MAX_CONCURRENT_DELETIONS, MAX_CONCURRENT_DELETIONS)
        );
    }

    #[test]
    fn each_result_is_kept_and_failures_do_not_stop_the_others() {
        let mut queue = queue(4);
        for _ in 0..4 {
            queue.next();
        }
        queue.ended("b0", Step::Failed("busy (CSBS.2003)".into()));
        queue.ended("b1", Step::Unclear("no answer".into()));
        queue.taken("b2", at(0));
        queue.taken("b3", at(0));
        queue.seen("b2", Some(&backup("error", "delete")), at(5));
        queue.seen("b3", Some(&backup("deleting", "")), at(5));
        queue.seen("b3", None, at(9));
        let steps: Vec<&Step> = queue.items().iter().map(|item| &item.step).collect();
        assert_eq!(
            steps,
            [
                &Step::Failed("busy (CSBS.2003)".into()),
                &Step::Unclear("no answer".into()),
                &Step::Failed("the disk is locked".into()),
                &Step::Gone
            ]
        );
        queue.retry_failed();
        assert_eq!(
            queue.tally(),
            Tally {
                waiting: 2,
                failed: 1,
                gone: 1,
                freed_mb: 10,
                ..Tally::default()
            }
        );
        queue.clear_ended();
        assert_eq!(queue.items().len(), 2);
    }

    #[test]
    fn what_is_not_sent_can_be_taken_back() {
        let mut queue = queue(9);
        while queue.next().is_some() {}
        queue.stop();
        let tally = queue.tally();
        assert_eq!(
            (tally.running, tally.stopped, tally.total(), tally.ended()),
            (5, 4, 9, 4)
        );
        queue.add(super::Queue::clone(&queue).items.into_iter().take(1));
        assert_eq!(queue.items().len(), 9);
    }

    #[test]
    fn a_request_that_got_lost_is_noticed() {
        let mut queue = queue(1);
        queue.next();
        queue.taken("b0", at(0));
        queue.seen("b0", Some(&backup("available", "")), at(30));
        assert_eq!(queue.running().len(), 1);
        queue.seen("b0", Some(&backup("available", "")), at(61));
        assert!(matches!(queue.items()[0].step, Step::Unclear(_)));
    }

    #[test]
    fn a_deletion_without_end_is_called_unclear_after_half_an_hour() {
        let mut queue = queue(1);
        queue.next();
        queue.taken("b0", at(0));
        queue.seen("b0", Some(&backup("deleting", "")), at(1_700));
        assert_eq!(queue.running().len(), 1);
        queue.seen("b0", Some(&backup("deleting", "")), at(1_801));
        assert!(matches!(queue.items()[0].step, Step::Unclear(_)));
    }
}
