//! Calls about tags of backups and policies (csbs-v1 5) and of vaults (cbr-v3 5.8).

use contract::csbs::tags::{BatchAction, BatchTag, ProjectTagsAnswer, TagBatchRequest};
use contract::model::Tag;
use contract::operations::{Operation, cbr, csbs};
use contract::request::RequestText;
use contract::rules::TagRules;

use super::call::{Api, operation_id};
use super::error::ApiError;

/// What carries tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tagged {
    /// A backup, by its id.
    Backup(String),
    /// A policy, by its id.
    Policy(String),
    /// A vault, by its id.
    Vault(String),
}

impl Tagged {
    fn batch(&self) -> (&'static Operation, &str) {
        match self {
            Self::Backup(id) => (&csbs::BACKUP_TAGS_BATCH, id),
            Self::Policy(id) => (&csbs::POLICY_TAGS_BATCH, id),
            Self::Vault(id) => (&cbr::VAULT_TAGS_BATCH, id),
        }
    }

    /// What its tags may be.
    pub const fn rules(&self) -> TagRules {
        match self {
            Self::Backup(_) | Self::Policy(_) => TagRules::CSBS,
            Self::Vault(_) => contract::cbr::rules::VAULT_TAGS,
        }
    }
}

/// The requests that change tags, in the order they are sent; removals first, as there is room for
/// ten only.
pub fn tag_requests(of: &Tagged, gone: &[String], put: &[Tag]) -> Vec<RequestText> {
    let (operation, id) = of.batch();
    batches(gone, put)
        .iter()
        .map(|batch| RequestText::new(operation, &[id]).with_body(batch))
        .collect()
}

fn batches(gone: &[String], put: &[Tag]) -> Vec<TagBatchRequest> {
    let removal = gone.iter().map(|key| BatchTag {
        key: key.clone(),
        value: None,
    });
    let addition = put.iter().map(|tag| BatchTag {
        key: tag.key.clone(),
        value: Some(tag.value.clone()),
    });
    [
        (BatchAction::Delete, removal.collect::<Vec<_>>()),
        (BatchAction::Create, addition.collect()),
    ]
    .into_iter()
    .filter(|(_, tags)| !tags.is_empty())
    .map(|(action, tags)| TagBatchRequest { action, tags })
    .collect()
}

/// Removes tags by key and adds others; one whose key is there gets the new value. When the second
/// call fails, `before` says what the first one took away, and it is put back.
pub async fn change_tags(
    api: Api,
    of: &Tagged,
    gone: &[String],
    put: &[Tag],
    before: &[Tag],
) -> Result<(), ApiError> {
    let (operation, id) = of.batch();
    let mut taken = false;
    for batch in batches(gone, put) {
        let sent = api
            .call(operation, &[id])
            .json(&batch)
            .once(&operation_id())
            .done()
            .await;
        match sent {
            Ok(()) => taken = true,
            Err(error) => {
                if taken && error != ApiError::Timeout {
                    put_back(api, of, gone, before).await?;
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

async fn put_back(api: Api, of: &Tagged, gone: &[String], before: &[Tag]) -> Result<(), ApiError> {
    let lost: Vec<Tag> = before
        .iter()
        .filter(|tag| gone.contains(&tag.key))
        .cloned()
        .collect();
    let (operation, id) = of.batch();
    for batch in batches(&[], &lost) {
        let call = api.call(operation, &[id]).json(&batch);
        call.once(&operation_id()).done().await?;
    }
    Ok(())
}

/// Every tag that policies of the project carry, one entry for each key and value.
pub async fn policy_tags(api: Api) -> Result<Vec<Tag>, ApiError> {
    let answer: ProjectTagsAnswer = api.call(&csbs::POLICY_TAGS_LIST, &[]).send().await?;
    let pairs = answer.tags.into_iter().flat_map(|entry| {
        let key = entry.key;
        entry.values.into_iter().map(move |value| Tag {
            key: key.clone(),
            value,
        })
    });
    Ok(pairs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removals_come_before_additions_and_nothing_is_no_request() {
        let of = Tagged::Policy("p1".into());
        let put = [Tag {
            key: "env".into(),
            value: "test".into(),
        }];
        let requests = tag_requests(&of, &["old".into()], &put);
        let lines: Vec<String> = requests.iter().map(RequestText::to_http).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("POST /csbs_backup_policy/p1/tags/action\n"));
        assert!(lines[0].contains("\"delete\"") && !lines[0].contains("value"));
        assert!(lines[1].contains("\"create\"") && lines[1].contains("\"test\""));
        assert!(tag_requests(&of, &[], &[]).is_empty());
    }
}
