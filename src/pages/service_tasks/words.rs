//! Tasks in words: what they do, how they stand, why they failed.

use contract::cbr::tasks::{ErrorInfo, Task, TaskKind, TaskStatus};
use contract::errors::lookup_all;
use contract::rules::{BARE_METAL_KIND, SERVER_KIND};

use crate::routes::Paths;
use crate::ui::Tone;

/// What a task does, as a word.
pub fn kind_word(kind: &TaskKind) -> &str {
    match kind {
        TaskKind::Backup => "Backup",
        TaskKind::Restore => "Restore",
        TaskKind::Replication => "Replication",
        TaskKind::Copy => "Copy",
        TaskKind::Delete => "Deletion of a backup",
        TaskKind::Sync => "Import",
        TaskKind::VaultDelete => "Deletion of a vault",
        TaskKind::RemoveResource => "Removal from a vault",
        TaskKind::Unknown(word) => word,
    }
}

/// How a task stands, as a word.
pub fn status_word(status: &TaskStatus) -> &str {
    match status {
        TaskStatus::Waiting => "Waiting for its turn",
        TaskStatus::Running => "Running",
        TaskStatus::Success => "Finished",
        TaskStatus::Skipped => "Nothing to do",
        TaskStatus::Failed => "Failed",
        TaskStatus::Timeout => "Took too long",
        TaskStatus::Unknown(word) => word,
    }
}

/// What its state means for the reader.
pub const fn status_tone(status: &TaskStatus) -> Tone {
    match status {
        TaskStatus::Running => Tone::Active,
        TaskStatus::Success => Tone::Good,
        TaskStatus::Failed => Tone::Bad,
        TaskStatus::Timeout | TaskStatus::Unknown(_) => Tone::Warning,
        TaskStatus::Waiting | TaskStatus::Skipped => Tone::Neutral,
    }
}

/// Why it failed: what that means and what to do, or the service's own words where its code is unknown.
pub fn failure(error: &ErrorInfo) -> Option<String> {
    if error.code.is_empty() && error.message.is_empty() {
        return None;
    }
    Some(match lookup_all(&error.code, 0) {
        Some(known) => format!("{} {}", known.meaning, known.remedy),
        None if error.message.is_empty() => "The service gave no reason.".to_owned(),
        None => error.message.clone(),
    })
}

/// The page of what a task worked on, where there is one.
pub fn resource_href(task: &Task, paths: &Paths) -> Option<String> {
    let resource = &task.extra_info.resource;
    match resource.kind.as_str() {
        SERVER_KIND | BARE_METAL_KIND if !resource.id.is_empty() => {
            Some(paths.server(&resource.id))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_our_text_and_an_unknown_one_the_services() {
        let error = |code: &str, message: &str| ErrorInfo {
            code: code.into(),
            message: message.into(),
        };
        assert_eq!(failure(&error("", "")), None);
        let known = failure(&error("BackupService.6129", "x")).expect("a failure");
        assert!(
            known.starts_with("The destination vault is full."),
            "{known}"
        );
        assert_eq!(
            failure(&error("New.1", "no moon")).as_deref(),
            Some("no moon")
        );
    }
}
