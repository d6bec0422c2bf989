//! Shares and copies in words.

use contract::cbr::backups::{Backup, ReplicationRecord};
use contract::cbr::share::{ACCEPTED, PENDING, REJECTED};
use contract::cbr::sharing::AccountProject;
use contract::errors::lookup_all;

use crate::ui::Tone;

/// A backup's name, or the id of one that has none.
pub fn backup_name(backup: &Backup) -> String {
    named(&backup.name, &backup.id)
}

/// A name, or the id of what has none.
pub fn named(name: &str, id: &str) -> String {
    if name.is_empty() { id } else { name }.to_owned()
}

/// A project's name beside its id, where it is known.
pub fn project_text(projects: &[AccountProject], id: &str) -> String {
    let known = projects.iter().find(|project| project.project_id == id);
    match known.map(|project| project.project_name.as_str()) {
        None | Some("") => id.to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// How a share stands: its tone and the word, seen from either side.
pub fn share_state(status: &str) -> (Tone, String) {
    match status {
        PENDING => (Tone::Active, "Waits for an answer".to_owned()),
        ACCEPTED => (Tone::Good, "Accepted".to_owned()),
        REJECTED => (Tone::Neutral, "Rejected".to_owned()),
        other => (Tone::Warning, other.to_owned()),
    }
}

/// How a copy stands.
pub fn copy_state(status: &str) -> (Tone, String) {
    match status {
        "waiting_replicate" => (Tone::Neutral, "Waiting for its turn".to_owned()),
        "replicating" => (Tone::Active, "Being copied".to_owned()),
        "success" => (Tone::Good, "Copied".to_owned()),
        "fail" => (Tone::Bad, "Failed".to_owned()),
        "skip" => (Tone::Neutral, "Left out".to_owned()),
        other => (Tone::Warning, other.to_owned()),
    }
}

/// Whether a copy is not over yet.
pub fn copying(record: &ReplicationRecord) -> bool {
    matches!(record.status.as_str(), "waiting_replicate" | "replicating")
}

/// Why a copy failed, and its code.
pub fn copy_failure(record: &ReplicationRecord) -> Option<(String, String)> {
    let extra = &record.extra_info;
    if extra.fail_code.is_empty() && extra.fail_reason.is_empty() {
        return None;
    }
    let text = match lookup_all(&extra.fail_code, 0) {
        Some(known) => format!("{} {}", known.meaning, known.remedy),
        None => named(&extra.fail_reason, "The service gave no reason."),
    };
    Some((text, extra.fail_code.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_copy_says_why_with_our_text() {
        let mut record = ReplicationRecord::default();
        assert_eq!(copy_failure(&record), None);
        record.extra_info.fail_code = "BackupService.1006".to_owned();
        let (text, code) = copy_failure(&record).expect("a failure");
        assert!(
            text.starts_with("The replica could not be imported"),
            "{text}"
        );
        assert_eq!(code, "BackupService.1006");
        record.extra_info.fail_code.clear();
        record.extra_info.fail_reason = "no moon".to_owned();
        assert_eq!(copy_failure(&record).expect("a failure").0, "no moon");
    }

    #[test]
    fn a_project_has_its_name_where_it_is_known() {
        let known = [AccountProject {
            project_id: "p".into(),
            project_name: "demo".into(),
            ..AccountProject::default()
        }];
        assert_eq!(project_text(&known, "p"), "demo");
        assert_eq!(project_text(&known, "q"), "q");
    }
}
