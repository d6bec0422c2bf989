//! What the list and count operations can be asked for (csbs-v1 4.10, 4.12).

use contract::model::BackupStatus;
use contract::time::Timestamp;

use crate::http::Pairs;
use crate::refusal::Refusal;

/// Which backups; every filter that is set must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupFilter {
    /// Exact state.
    pub status: Option<BackupStatus>,
    /// Part of the name.
    pub name: Option<String>,
    /// Part of the server's name at backup time.
    pub resource_name: Option<String>,
    /// Zone at backup time.
    pub az: Option<String>,
    /// Server id.
    pub resource_id: Option<String>,
    /// Server kind.
    pub resource_type: Option<String>,
    /// Policy it was made by.
    pub policy_id: Option<String>,
    /// Group it was made in.
    pub checkpoint_id: Option<String>,
    /// `backup`.
    pub image_type: Option<String>,
    /// Begun then or later.
    pub start_time: Option<Timestamp>,
    /// Begun then or earlier.
    pub end_time: Option<Timestamp>,
    /// Private or public address at backup time.
    pub ip: Option<String>,
}

impl BackupFilter {
    /// Reads the query; empty values are no filter.
    pub fn parse(pairs: &Pairs) -> Result<Self, Refusal> {
        let text = |key: &str| pairs.filled(key).map(str::to_owned);
        let status = match pairs.filled("status") {
            None => None,
            Some(word) => match BackupStatus::from_word(word) {
                BackupStatus::Unknown(_) => {
                    let words: Vec<_> = BackupStatus::DOCUMENTED
                        .iter()
                        .map(|s| s.as_str().to_owned())
                        .collect();
                    let rule = format!("`{word}` is not one of {}", words.join(", "));
                    return Err(Refusal::parameter("status", rule));
                }
                status => Some(status),
            },
        };
        let instant = |key: &str| match pairs.filled(key) {
            None => Ok(None),
            Some(text) => Timestamp::parse(text).map(Some).ok_or_else(|| {
                let rule = format!("`{text}` is not a time such as 2026-03-14T09:26:53");
                Refusal::parameter(key, rule)
            }),
        };
        Ok(Self {
            status,
            name: text("name"),
            resource_name: text("resource_name"),
            az: text("az"),
            resource_id: text("resource_id"),
            resource_type: text("resource_type"),
            policy_id: text("policy_id"),
            checkpoint_id: text("checkpoint_id"),
            image_type: text("image_type"),
            start_time: instant("start_time")?,
            end_time: instant("end_time")?,
            ip: text("ip"),
        })
    }

    pub(super) fn names_servers(&self) -> bool {
        self.resource_name.is_some()
            || self.az.is_some()
            || self.resource_id.is_some()
            || self.resource_type.is_some()
            || self.ip.is_some()
    }
}
