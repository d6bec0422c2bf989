//! Backups copied to other regions, shared with other projects and imported, on the wire (cbr-v3 4.9, 5.3, 5.4).

use super::empty_as_null;
use super::rules::{LongText, ShortName};
use crate::lenient;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `{"replicate": {…}}` (cbr-v3 5.3, 29).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupReplicateRequest {
    /// Where it goes.
    pub replicate: BackupReplicate,
}

/// Where a backup is copied to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupReplicate {
    /// Project.
    pub destination_project_id: String,
    /// Region.
    pub destination_region: String,
    /// Vault.
    pub destination_vault_id: String,
    /// Name of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ShortName>,
    /// Description of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LongText>,
    /// Taken and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_acceleration: Option<bool>,
}

/// `{"sync": […]}`: import backups of on-premises servers (cbr-v3 5.3, 30).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackupSyncRequest {
    /// One to 50.
    pub sync: Vec<BackupSync>,
}

/// A backup that lies in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupSync {
    /// Its id.
    pub backup_id: String,
    /// Its name.
    pub backup_name: ShortName,
    /// Where it lies.
    pub bucket_name: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Where in the bucket.
    pub image_path: String,
    /// Of which server.
    pub resource_id: String,
    /// Its name.
    pub resource_name: String,
    /// `OS::Native::Server`.
    pub resource_type: String,
}

/// Share a backup (cbr-v3 5.4, 32).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MembersAdd {
    /// One to ten project ids.
    pub members: Vec<String>,
    /// Taken and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domains: Option<Vec<String>>,
}

/// Accept or reject (cbr-v3 5.4, 35); not wrapped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberUpdate {
    /// `accepted`, `rejected` or `pending`.
    pub status: String,
    /// Where an accepted backup is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_id: Option<String>,
}

/// `{"member": {…}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberAnswer {
    /// The share.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member: Member,
}

/// `{"members": […], "count": n}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MembersAnswer {
    /// The page.
    #[serde(default, deserialize_with = "lenient::list")]
    pub members: Vec<Member>,
    /// Total, beyond this page.
    #[serde(default, deserialize_with = "lenient::integer")]
    pub count: Option<i64>,
}

/// A backup shared with a project (cbr-v3 4.9). Paths name it by the project, not by its id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Share id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// What is shared.
    #[serde(default, deserialize_with = "lenient::text")]
    pub backup_id: String,
    /// With whom.
    #[serde(default, deserialize_with = "lenient::text")]
    pub dest_project_id: String,
    /// `pending`, `accepted`, `rejected`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// The receiver's vault.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub vault_id: String,
    /// Image made by the receiver.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        serialize_with = "empty_as_null"
    )]
    pub image_id: String,
    /// Shared.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub created_at: Option<Timestamp>,
    /// Last changed.
    #[serde(default, deserialize_with = "lenient::instant")]
    pub updated_at: Option<Timestamp>,
}

/// Which regions copy to which (cbr-v3 5.11, 66).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicationCapabilities {
    /// One per region that copies anywhere.
    #[serde(default, deserialize_with = "lenient::list")]
    pub regions: Vec<ReplicationRegion>,
}

/// Where a region copies to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicationRegion {
    /// The region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Where to.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub replication_destinations: Vec<String>,
}

impl ReplicationCapabilities {
    /// Where a region copies to. A region the service does not name is taken for any of them but itself.
    pub fn from_region(&self, region: &str) -> Vec<String> {
        let mut all = match self.regions.iter().find(|known| known.name == region) {
            Some(known) => known.replication_destinations.clone(),
            None => {
                let offered = self
                    .regions
                    .iter()
                    .flat_map(|known| &known.replication_destinations);
                offered.filter(|name| *name != region).cloned().collect()
            }
        };
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// `{"projects": […]}` (cbr-v3 5.11, 71).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountProjects {
    /// Every project of the account.
    #[serde(default, deserialize_with = "lenient::list")]
    pub projects: Vec<AccountProject>,
}

/// A project, and whose it is (cbr-v3 5.11, 71 and 72).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountProject {
    /// Its id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub project_name: String,
    /// The account's name; empty where the answer is about one account only.
    #[serde(
        default,
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub domain_name: String,
}

/// `{"replication": {…}}`: what was begun (cbr-v3 5.2, 22; 5.3, 29).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicationAnswer {
    /// What was begun.
    #[serde(default, deserialize_with = "lenient::object")]
    pub replication: ReplicationBegun,
}

/// What was begun: one copy, or those of a vault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplicationBegun {
    /// Of one backup.
    #[serde(default, deserialize_with = "lenient::text")]
    pub replication_record_id: String,
    /// Of a vault.
    #[serde(default, deserialize_with = "lenient::list")]
    pub backups: Vec<CopyBegun>,
}

/// One of the copies of a vault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CopyBegun {
    /// The backup.
    #[serde(default, deserialize_with = "lenient::text")]
    pub backup_id: String,
    /// Its record.
    #[serde(default, deserialize_with = "lenient::text")]
    pub replication_record_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_copies_where_the_service_says_and_never_to_itself() {
        let known: ReplicationCapabilities =
            serde_json::from_value(serde_json::json!({"regions": [
                {"name": "eu-de", "replication_destinations": ["eu-nl"]},
                {"name": "eu-nl", "replication_destinations": ["eu-de", null]},
            ]}))
            .expect("read leniently");
        assert_eq!(known.from_region("eu-de"), ["eu-nl"]);
        assert_eq!(known.from_region("eu-nl"), ["eu-de"]);
        assert_eq!(known.from_region("eu-ch"), ["eu-de", "eu-nl"]);
        assert!(
            ReplicationCapabilities::default()
                .from_region("eu-de")
                .is_empty()
        );
    }
}
