//! What the service would say to deleting a backup, asked of the same check before it is sent.

use contract::deletion::{DeletionFacts, refusals};
use contract::errors::lookup;
use contract::model::Backup;

use crate::api::{Api, backups};

/// Why a backup cannot be deleted, by what was made together with it, itself included.
fn refusal(id: &str, together: &[Backup]) -> Option<String> {
    let facts = DeletionFacts {
        checkpoint: together,
        elsewhere: &[],
        imaging: &[],
    };
    let found = refusals(&[id.to_owned()], &facts);
    let refusal = found.first()?;
    let way_out = lookup(refusal.code(), refusal.status()).map_or("", |text| text.remedy);
    Some(format!("{refusal} {way_out} ({})", refusal.code()))
}

/// Asks what was made together with it; when nobody answers, the service will say it.
pub async fn deletion_refusal(api: Api, backup: &Backup) -> Option<String> {
    let together = backups(api, &[("checkpoint_id", &backup.checkpoint_id)]).await;
    refusal(&backup.id, &together.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::csbs::backups::CheckpointItem;
    use contract::model::BackupStatus;

    fn backup(id: &str, status: &str) -> Backup {
        let mut backup = Backup::from(CheckpointItem::default());
        backup.id = id.into();
        backup.status = BackupStatus::from_word(status);
        backup
    }

    #[test]
    fn a_backup_stays_while_its_run_is_not_over() {
        let over = [backup("a", "available"), backup("b", "error")];
        assert_eq!(refusal("a", &over), None);
        let going_on = [backup("a", "available"), backup("b", "protecting")];
        let said = refusal("a", &going_on).expect("a refusal");
        assert!(said.contains("still in progress"), "{said}");
        assert!(said.ends_with("(CSBS.2004)"), "{said}");
    }
}
