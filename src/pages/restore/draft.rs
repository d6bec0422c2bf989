//! The draft of a restore: what was chosen so far, which steps are done, what stands against it.

use contract::model::{Backup, ResourceKind, Server, ServerStatus, Volume};
use contract::restore::{Concern, Proposal, RestorePlan, RestoreRefusal, TargetVolume};
use serde::{Deserialize, Serialize};

/// Longest reason, in characters; it travels in a header.
pub const MAX_REASON: usize = 500;

/// The steps of the wizard, as they stand in its addresses ([`crate::routes::RESTORE_STEPS`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Point,
    Target,
    Check,
    Review,
}

impl Step {
    /// In their order.
    pub const ALL: [Self; 4] = [Self::Point, Self::Target, Self::Check, Self::Review];

    /// The word in the address.
    pub const fn word(self) -> &'static str {
        crate::routes::RESTORE_STEPS[self as usize]
    }

    /// The step a word of an address names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// Its heading, named by its outcome.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Point => "Point in time",
            Self::Target => "Target and disks",
            Self::Check => "Check",
            Self::Review => "Review and run",
        }
    }

    /// The one after it.
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// The one before it.
    pub fn previous(self) -> Option<Self> {
        (self as usize).checked_sub(1).map(|at| Self::ALL[at])
    }

    /// Where a refusal can be done something about.
    pub fn of(refusal: &RestoreRefusal) -> Self {
        match refusal.concern() {
            Concern::Backup => Self::Point,
            Concern::Server | Concern::Disk(..) => Self::Target,
        }
    }

    /// Where the service's refusal can be done something about; `None` for codes that are not
    /// about the plan.
    pub fn of_code(code: &str) -> Option<Self> {
        match code {
            "CSBS.2003" | "CSBS.3001" | "CSBS.4000" => Some(Self::Point),
            "BackupService.2005" | "BackupService.6200" => Some(Self::Point),
            _ if RestoreRefusal::CODES.contains(&code) => Some(Self::Target),
            _ if code.starts_with("BackupService.20") || code.starts_with("BackupService.70") => {
                Some(Self::Target)
            }
            _ => None,
        }
    }
}

/// The id of the control a refusal is shown at.
pub fn field_of(refusal: &RestoreRefusal) -> String {
    match refusal.concern() {
        Concern::Backup => "restore-points".to_owned(),
        Concern::Server => "restore-server".to_owned(),
        Concern::Disk(disk, _) => disk_field(disk),
    }
}

/// The id of the control that maps a disk backup.
pub fn disk_field(disk: &str) -> String {
    format!("disk-{disk}")
}

/// Everything chosen in the wizard. Holds ids and words only, so it can be kept by the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestoreDraft {
    /// Backup, target, mapping. `power_on` is in [`RestoreDraft::power_on`] until it is sent.
    pub plan: RestorePlan,
    /// Disk backups whose volume was chosen by hand.
    pub by_hand: Vec<String>,
    /// Steps passed with Next.
    pub confirmed: usize,
    /// A safety backup first; `None` while nobody has chosen, which means yes.
    pub safety: Option<bool>,
    /// Start the server afterwards; `None` while nobody has chosen: as it is now.
    pub power_on: Option<bool>,
    /// Why, for the record.
    pub reason: String,
    /// The run this draft was sent as; it cannot be sent again.
    pub submitted: Option<String>,
}

impl RestoreDraft {
    /// A draft for a backup: to the server it is of, if that still exists.
    pub fn of(backup: &Backup, servers: &[Server], volumes: &[Volume]) -> Self {
        let mut draft = Self::default();
        draft.take(backup);
        match servers.iter().find(|server| server.id == backup.server_id) {
            Some(server) if backup.resource().is_server() => {
                draft.choose_target(server, backup, volumes);
            }
            _ => draft.propose_alone(backup, volumes),
        }
        draft
    }

    /// Takes over which backup it is, where it lives and what it is of.
    fn take(&mut self, backup: &Backup) {
        self.plan.backup.clone_from(&backup.id);
        self.plan.checkpoint.clone_from(&backup.checkpoint_id);
        self.plan.generation = backup.generation;
        let kind = backup.resource();
        self.plan.kind = if kind.is_server() {
            String::new()
        } else {
            backup.kind.clone()
        };
        if kind == ResourceKind::FileSystem {
            // A file system is only ever restored to itself (BackupService.7510).
            self.plan.server.clone_from(&backup.server_id);
        }
    }

    /// A single volume goes back to itself, while it is there; no other one is offered up unasked.
    pub fn propose_alone(&mut self, backup: &Backup, volumes: &[Volume]) {
        self.by_hand.clear();
        self.plan.mapping.clear();
        if backup.resource() == ResourceKind::Volume
            && let Some(disk) = backup.disks.first()
            && volumes.iter().any(|volume| volume.id == disk.volume_id)
        {
            self.plan.assign(&disk.id, Some(&disk.volume_id));
        }
        self.reopen(Step::Target);
    }

    /// Takes another backup of the same server; what was chosen by hand stays where the disk was
    /// made of the same volume.
    pub fn choose_backup(
        &mut self,
        old: Option<&Backup>,
        backup: &Backup,
        servers: &[Server],
        volumes: &[Volume],
    ) {
        if self.plan.backup == backup.id {
            return;
        }
        let chosen: Vec<(String, Option<String>)> = old
            .map(|old| {
                old.disks
                    .iter()
                    .filter(|disk| self.by_hand.contains(&disk.id))
                    .map(|disk| {
                        (
                            disk.volume_id.clone(),
                            self.plan.volume_of(&disk.id).map(str::to_owned),
                        )
                    })
                    .collect()
            })
            .unwrap_or_default();
        self.take(backup);
        self.confirmed = 0;
        self.submitted = None;
        match servers.iter().find(|server| server.id == self.plan.server) {
            Some(server) if backup.resource().is_server() => {
                self.propose(server, backup, volumes);
            }
            _ => self.propose_alone(backup, volumes),
        }
        for disk in &backup.disks {
            if let Some((_, volume)) = chosen.iter().find(|(source, _)| *source == disk.volume_id) {
                self.assign(&disk.id, volume.as_deref());
            }
        }
    }

    /// Takes a server as the target and proposes a mapping.
    pub fn choose_target(&mut self, server: &Server, backup: &Backup, volumes: &[Volume]) {
        if self.plan.server != server.id {
            self.power_on = None;
        }
        self.plan.server.clone_from(&server.id);
        self.propose(server, backup, volumes);
        self.reopen(Step::Target);
    }

    /// Maps every disk backup anew, without asking.
    pub fn propose(&mut self, server: &Server, backup: &Backup, volumes: &[Volume]) {
        self.plan.mapping = Proposal::of(&backup.disks, &targets(server, volumes)).mapping();
        self.by_hand.clear();
        self.reopen(Step::Target);
    }

    /// Sends a disk backup to a volume, by hand.
    pub fn assign(&mut self, disk: &str, volume: Option<&str>) {
        self.plan.assign(disk, volume);
        if !self.by_hand.iter().any(|known| known == disk) {
            self.by_hand.push(disk.to_owned());
        }
        self.reopen(Step::Target);
    }

    /// What was done at a step changed: it and what follows have to be confirmed again.
    pub fn reopen(&mut self, step: Step) {
        self.confirmed = self.confirmed.min(step as usize);
    }

    /// A step was passed.
    pub fn confirm(&mut self, step: Step) {
        self.confirmed = self.confirmed.max(step as usize + 1);
    }

    /// The step to show when one is asked for: nobody skips a step that was not passed.
    pub fn admit(&self, wanted: Step) -> Step {
        Step::ALL[(wanted as usize).min(self.confirmed.min(Step::ALL.len() - 1))]
    }

    /// Whether a safety backup is made first.
    pub fn wants_safety(&self) -> bool {
        self.safety.unwrap_or(true)
    }

    /// Whether the server is started afterwards.
    pub fn starts(&self, target: Option<&Server>) -> bool {
        self.power_on
            .unwrap_or_else(|| target.is_none_or(|server| server.status == ServerStatus::Active))
    }

    /// The plan as it is sent.
    pub fn plan(&self, target: Option<&Server>) -> RestorePlan {
        RestorePlan {
            power_on: self.starts(target),
            ..self.plan.clone()
        }
    }

    /// What is wrong with the reason, if anything.
    pub fn reason_problem(&self) -> Option<String> {
        let length = self.reason.chars().count();
        (length > MAX_REASON)
            .then(|| format!("The reason has {length} characters; at most {MAX_REASON} are kept."))
    }
}

/// All volumes known, as a restore to this server looks at them.
pub fn targets(server: &Server, volumes: &[Volume]) -> Vec<TargetVolume> {
    volumes
        .iter()
        .map(|volume| TargetVolume::of(server, volume))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::{Attachment, DiskBackup};

    fn backup(id: &str, disks: &[(&str, &str, i64)]) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.id = id.to_owned();
        backup.server_id = "s1".to_owned();
        backup.disks = disks
            .iter()
            .map(|(id, volume, size)| DiskBackup {
                id: (*id).to_owned(),
                volume_id: (*volume).to_owned(),
                volume_size_gb: *size,
                ..DiskBackup::default()
            })
            .collect();
        backup
    }

    fn server(id: &str, status: &str, volumes: &[&str]) -> Server {
        let mut server = Server::from(contract::compute::Server::default());
        server.id = id.to_owned();
        server.status = ServerStatus::from_word(status);
        server.attachments = volumes
            .iter()
            .map(|id| Attachment {
                volume_id: (*id).to_owned(),
                ..Attachment::default()
            })
            .collect();
        server
    }

    fn volumes(sizes: &[(&str, i64)]) -> Vec<Volume> {
        sizes
            .iter()
            .map(|(id, size)| Volume {
                id: (*id).to_owned(),
                size_gb: *size,
                ..Volume::default()
            })
            .collect()
    }

    #[test]
    fn a_new_draft_goes_to_the_original_server_with_a_proposed_mapping() {
        let draft = RestoreDraft::of(
            &backup("b", &[("d1", "v1", 10)]),
            &[server("s1", "SHUTOFF", &["v1"])],
            &volumes(&[("v1", 10)]),
        );
        assert_eq!(
            (draft.plan.server.as_str(), draft.plan.volume_of("d1")),
            ("s1", Some("v1"))
        );
        assert!(
            draft.wants_safety(),
            "overwriting begins with a safety backup"
        );
        assert!(
            !draft.starts(Some(&server("s1", "SHUTOFF", &[]))),
            "a stopped server stays stopped"
        );
        assert!(draft.starts(Some(&server("s1", "ACTIVE", &[]))));
    }

    #[test]
    fn without_its_server_a_draft_has_no_target() {
        let draft = RestoreDraft::of(&backup("b", &[("d1", "v1", 10)]), &[], &[]);
        assert!(draft.plan.server.is_empty() && draft.plan.mapping.is_empty());
    }

    #[test]
    fn nobody_skips_a_step_and_a_change_reopens_what_follows() {
        let mut draft = RestoreDraft::default();
        assert_eq!(draft.admit(Step::Review), Step::Point);
        draft.confirm(Step::Point);
        assert_eq!(draft.admit(Step::Review), Step::Target);
        draft.confirm(Step::Target);
        draft.confirm(Step::Check);
        assert_eq!(draft.admit(Step::Review), Step::Review);
        assert_eq!(
            draft.admit(Step::Point),
            Step::Point,
            "back is always allowed"
        );
        draft.assign("d1", Some("v9"));
        assert_eq!(draft.admit(Step::Review), Step::Target);
        draft.confirm(Step::Review);
        assert_eq!(draft.admit(Step::Review), Step::Review);
    }

    #[test]
    fn another_point_in_time_keeps_what_was_mapped_by_hand() {
        let world = volumes(&[("v1", 10), ("v2", 10), ("v3", 10)]);
        let servers = [server("s1", "ACTIVE", &["v1", "v2", "v3"])];
        let old = backup("old", &[("d1", "v1", 10), ("d2", "v2", 10)]);
        let new = backup("new", &[("e1", "v1", 10), ("e2", "v2", 10)]);
        let mut draft = RestoreDraft::of(&old, &servers, &world);
        draft.assign("d2", Some("v3"));
        draft.choose_backup(Some(&old), &new, &servers, &world);
        assert_eq!(draft.plan.volume_of("e1"), Some("v1"));
        assert_eq!(draft.plan.volume_of("e2"), Some("v3"));
        assert_eq!(draft.by_hand, ["e2"]);
        assert_eq!(draft.plan.volume_of("d2"), None);
    }

    #[test]
    fn a_draft_survives_being_kept_and_reads_an_older_one() {
        let mut draft = RestoreDraft::of(
            &backup("b", &[("d1", "v1", 10)]),
            &[server("s1", "ACTIVE", &["v1"])],
            &volumes(&[("v1", 10)]),
        );
        draft.reason = "ticket „4711“".to_owned();
        draft.safety = Some(false);
        let text = serde_json::to_string(&draft).expect("a draft is JSON");
        assert_eq!(
            serde_json::from_str::<RestoreDraft>(&text).expect("its own text"),
            draft
        );
        let older: RestoreDraft =
            serde_json::from_str(r#"{"plan":{"backup":"b"},"future":1}"#).expect("lenient");
        assert_eq!(older.plan.backup, "b");
    }

    #[test]
    fn every_refusal_leads_to_a_step() {
        assert_eq!(Step::of(&RestoreRefusal::NoBackup), Step::Point);
        assert_eq!(Step::of(&RestoreRefusal::NoVolumes), Step::Target);
        for code in RestoreRefusal::CODES {
            assert!(Step::of_code(code).is_some(), "{code}");
        }
        assert_eq!(Step::of_code("CSBS.9999"), None);
        assert_eq!(
            field_of(&RestoreRefusal::ForeignDisk("d".to_owned())),
            "disk-d"
        );
    }

    #[test]
    fn the_reason_is_counted_in_characters() {
        let mut draft = RestoreDraft {
            reason: "é".repeat(MAX_REASON),
            ..RestoreDraft::default()
        };
        assert_eq!(draft.reason_problem(), None);
        draft.reason.push('x');
        assert!(draft.reason_problem().expect("too long").contains("501"));
    }

    #[test]
    fn steps_and_addresses_agree() {
        for step in Step::ALL {
            assert_eq!(Step::from_word(step.word()), Some(step));
        }
        assert_eq!(Step::from_word("progress"), None);
        assert_eq!(Step::Point.next(), Some(Step::Target));
        assert_eq!((Step::Review.next(), Step::Point.previous()), (None, None));
    }
}
