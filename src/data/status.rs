//! How the state of a backup reads: a word and a tone.

use contract::model::BackupStatus;

use crate::ui::Tone;

/// The state in words; one the documents do not name as it came.
pub fn title(status: &BackupStatus) -> String {
    match status {
        BackupStatus::WaitingProtect => "Waiting to back up",
        BackupStatus::Protecting => "Backing up",
        BackupStatus::Available => "Available",
        BackupStatus::WaitingRestore => "Waiting to restore",
        BackupStatus::Restoring => "Restoring",
        BackupStatus::Error => "Failed",
        BackupStatus::WaitingDelete => "Waiting to delete",
        BackupStatus::Deleting => "Deleting",
        BackupStatus::Deleted => "Deleted",
        BackupStatus::Unknown(word) if word.is_empty() => "Unknown",
        BackupStatus::Unknown(word) => return word.clone(),
    }
    .to_owned()
}

/// What the state means for the reader.
pub fn tone(status: &BackupStatus) -> Tone {
    match status {
        BackupStatus::Available => Tone::Good,
        BackupStatus::Error => Tone::Bad,
        BackupStatus::Deleted | BackupStatus::Unknown(_) => Tone::Neutral,
        _ => Tone::Active,
    }
}
