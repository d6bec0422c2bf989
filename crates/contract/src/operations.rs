//! Every operation of the services, described once.
//!
//! The console sends from these descriptions, the sandbox routes by them, and the gateway lets
//! only them through. Paths are below the catalog endpoint of the service, which already ends in
//! the project id (clients.md section 2). The tables themselves are one module per service; [`ALL`]
//! lists them.

/// A service of the catalog, or the sandbox's own controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Cloud Server Backup Service v1; catalog type `data-protect`.
    Csbs,
    /// Cloud Backup and Recovery v3; catalog type `cbr`.
    Cbr,
    /// The operations of the same service that belong to an account: one level above its endpoint,
    /// which ends in the project id.
    CbrAccount,
    /// Servers, vendor API v1; catalog type `ecs`.
    Ecs,
    /// Servers, Nova; catalog type `compute`.
    Compute,
    /// Volumes, vendor and Cinder v2; catalog type `volumev2`.
    VolumeV2,
    /// Volumes, Cinder v3; catalog type `volumev3`.
    VolumeV3,
    /// Images; catalog type `image`.
    Image,
    /// Identity v3; catalog type `identity`.
    Identity,
    /// The sandbox's own controls (`/sandbox/…`); in no catalog.
    Sandbox,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 10] = [
        Self::Csbs,
        Self::Cbr,
        Self::CbrAccount,
        Self::Ecs,
        Self::Compute,
        Self::VolumeV2,
        Self::VolumeV3,
        Self::Image,
        Self::Identity,
        Self::Sandbox,
    ];

    /// The word for it in the gateway's paths: `/api/{project_id}/{word}/…`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csbs => "csbs",
            Self::Cbr => "cbr",
            Self::CbrAccount => "cbr-account",
            Self::Ecs => "ecs",
            Self::Compute => "compute",
            Self::VolumeV2 => "volumev2",
            Self::VolumeV3 => "volumev3",
            Self::Image => "image",
            Self::Identity => "identity",
            Self::Sandbox => "sandbox",
        }
    }

    /// The service a path word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.word() == word)
    }

    /// The `type` of its entry in the identity service's catalog.
    pub const fn catalog_type(self) -> Option<&'static str> {
        match self {
            Self::Csbs => Some("data-protect"),
            Self::CbrAccount => Some("cbr"),
            Self::Sandbox => None,
            _ => Some(self.word()),
        }
    }
}

/// The methods the services use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Read.
    Get,
    /// Read without a body.
    Head,
    /// Create or act.
    Post,
    /// Replace or change.
    Put,
    /// Delete.
    Delete,
}

impl Method {
    /// The method as it is written in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a call may be repeated without being asked.
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

/// One operation of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Stable name, also in audit rows and fault rules: `csbs.policies.list`.
    pub id: &'static str,
    /// The service that offers it.
    pub service: Service,
    /// The request method.
    pub method: Method,
    /// Path below the endpoint; parameters in braces fill exactly one segment.
    pub path: &'static str,
    /// The status of a success.
    pub ok: u16,
    /// Error codes documented for it, beside those that any operation may answer.
    pub codes: &'static [&'static str],
}

impl Operation {
    /// The path with its parameters filled in, in their order; each is percent-encoded.
    ///
    /// # Panics
    /// In debug builds, when the number of values is not the number of parameters.
    ///
    /// ```
    /// use contract::operations::csbs;
    /// assert_eq!(csbs::POLICIES_SHOW.path_with(&["a b"]), "/policies/a%20b");
    /// ```
    pub fn path_with(&self, values: &[&str]) -> String {
        let mut values_left = values.iter();
        let mut path = String::with_capacity(self.path.len() + 40);
        for segment in self.segments() {
            path.push('/');
            match (parameter(segment), values_left.len()) {
                (Some(_), 1..) => push_encoded(&mut path, values_left.next().unwrap_or(&"")),
                _ => path.push_str(segment),
            }
        }
        debug_assert_eq!(self.parameters().count(), values.len(), "{}", self.id);
        path
    }

    /// Names of the path parameters in their order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.segments().filter_map(parameter)
    }

    fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').skip(1)
    }

    fn match_path<'a>(&self, path: &'a str) -> Option<Vec<&'a str>> {
        let mut values = Vec::new();
        let mut given = path.strip_prefix('/')?.split('/');
        for segment in self.segments() {
            let part = given.next()?;
            if parameter(segment).is_some() {
                if part.is_empty() {
                    return None;
                }
                values.push(part);
            } else if part != segment {
                return None;
            }
        }
        given.next().is_none().then_some(values)
    }
}

fn parameter(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Appends a path segment or query value, everything but RFC 3986 unreserved characters encoded.
pub fn push_encoded(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// The operation a request means, and its raw path parameters (still percent-encoded).
///
/// A literal segment wins over a parameter, so `/checkpoint_items/count` is not a backup's page.
///
/// ```
/// use contract::operations::{find, Method, Service};
/// let (operation, values) = find(Service::Csbs, Method::Get, "/policies/17e2b861").unwrap();
/// assert_eq!((operation.id, values), ("csbs.policies.show", vec!["17e2b861"]));
/// assert!(find(Service::Csbs, Method::Get, "/policies/../secrets").is_none());
/// ```
pub fn find(
    service: Service,
    method: Method,
    path: &str,
) -> Option<(&'static Operation, Vec<&str>)> {
    ALL.iter()
        .filter(|operation| operation.service == service && operation.method == method)
        .filter_map(|operation| Some((*operation, operation.match_path(path)?)))
        .min_by_key(|(_, values)| values.len())
}

/// The operation with this id.
pub fn by_id(id: &str) -> Option<&'static Operation> {
    ALL.iter().copied().find(|operation| operation.id == id)
}

pub mod cbr;
pub mod compute;
pub mod csbs;
pub mod ecs;
pub mod identity;
pub mod image;
pub mod sandbox;
pub mod volumev2;
pub mod volumev3;

/// Every operation.
pub const ALL: &[&Operation] = &[
    &csbs::BACK_UP_SERVER,
    &csbs::CHECK_RESOURCES,
    &csbs::POLICIES_CREATE,
    &csbs::POLICIES_DELETE,
    &csbs::POLICIES_UPDATE,
    &csbs::POLICIES_SHOW,
    &csbs::POLICIES_LIST,
    &csbs::POLICIES_RUN,
    &csbs::BACKUPS_COUNT,
    &csbs::BACKUPS_SHOW,
    &csbs::BACKUPS_LIST,
    &csbs::BACKUPS_DELETE,
    &csbs::RESTORES_CREATE,
    &csbs::QUOTAS_SHOW,
    &csbs::BACKUPS_BY_TAG,
    &csbs::BACKUP_TAGS_BATCH,
    &csbs::BACKUP_TAGS_ADD,
    &csbs::BACKUP_TAGS_REMOVE,
    &csbs::BACKUP_TAGS_SHOW,
    &csbs::BACKUP_TAGS_LIST,
    &csbs::POLICIES_BY_TAG,
    &csbs::POLICY_TAGS_BATCH,
    &csbs::POLICY_TAGS_ADD,
    &csbs::POLICY_TAGS_REMOVE,
    &csbs::POLICY_TAGS_SHOW,
    &csbs::POLICY_TAGS_LIST,
    &csbs::RESTORES_LIST,
    &csbs::RESTORES_SHOW,
    &csbs::OPERATION_LOGS_LIST,
    &csbs::OPERATION_LOGS_SHOW,
    &cbr::VAULTS_CREATE,
    &cbr::VAULTS_LIST,
    &cbr::VAULTS_SHOW,
    &cbr::VAULTS_UPDATE,
    &cbr::VAULTS_DELETE,
    &cbr::VAULTS_ADD_RESOURCES,
    &cbr::VAULTS_REMOVE_RESOURCES,
    &cbr::VAULTS_MIGRATE_RESOURCES,
    &cbr::VAULTS_SET_RESOURCES,
    &cbr::VAULTS_ASSOCIATE_POLICY,
    &cbr::VAULTS_DISSOCIATE_POLICY,
    &cbr::VAULTS_BATCH_UPDATE,
    &cbr::VAULTS_SUMMARY,
    &cbr::VAULTS_EXTERNAL,
    &cbr::VAULTS_UPDATE_EXPIRATION,
    &cbr::VAULTS_ORDER,
    &cbr::VAULTS_CHANGE_CHARGE_MODE,
    &cbr::ORDERS_CHANGE,
    &cbr::ORDERS_UPDATE,
    &cbr::CHECKPOINTS_CREATE,
    &cbr::CHECKPOINTS_SHOW,
    &cbr::CHECKPOINTS_REPLICATE,
    &cbr::CHECKPOINTS_SYNC,
    &cbr::BACKUPS_LIST,
    &cbr::BACKUPS_SHOW,
    &cbr::BACKUPS_UPDATE,
    &cbr::BACKUPS_DELETE,
    &cbr::BACKUPS_RESTORE,
    &cbr::BACKUPS_REPLICATE,
    &cbr::BACKUPS_SYNC,
    &cbr::BACKUPS_METADATA,
    &cbr::MEMBERS_ADD,
    &cbr::MEMBERS_LIST,
    &cbr::MEMBERS_SHOW,
    &cbr::MEMBERS_UPDATE,
    &cbr::MEMBERS_DELETE,
    &cbr::POLICIES_CREATE,
    &cbr::POLICIES_LIST,
    &cbr::POLICIES_SHOW,
    &cbr::POLICIES_UPDATE,
    &cbr::POLICIES_DELETE,
    &cbr::ORGANIZATION_POLICIES_CREATE,
    &cbr::ORGANIZATION_POLICIES_LIST,
    &cbr::ORGANIZATION_POLICIES_SHOW,
    &cbr::ORGANIZATION_POLICIES_UPDATE,
    &cbr::ORGANIZATION_POLICIES_DELETE,
    &cbr::ORGANIZATION_POLICIES_DETAIL,
    &cbr::TASKS_LIST,
    &cbr::TASKS_SHOW,
    &cbr::VAULT_TAGS_ADD,
    &cbr::VAULT_TAGS_REMOVE,
    &cbr::VAULT_TAGS_BATCH,
    &cbr::VAULT_TAGS_SHOW,
    &cbr::VAULT_TAGS_LIST,
    &cbr::VAULTS_BY_TAG,
    &cbr::PROTECTABLES_LIST,
    &cbr::PROTECTABLES_SHOW,
    &cbr::AGENTS_CHECK,
    &cbr::AGENTS_REGISTER,
    &cbr::AGENTS_LIST,
    &cbr::AGENTS_SHOW,
    &cbr::AGENTS_UPDATE,
    &cbr::AGENTS_UNREGISTER,
    &cbr::AGENTS_ADD_PATH,
    &cbr::AGENTS_REMOVE_PATH,
    &cbr::REPLICATION_CAPABILITIES,
    &cbr::FEATURES_LIST,
    &cbr::FEATURES_SHOW,
    &cbr::STORAGE_USAGE,
    &cbr::REGION_PROJECTS,
    &cbr::DOMAIN_PROJECTS,
    &cbr::DOMAIN_SHOW,
    &cbr::MIGRATION_START,
    &cbr::MIGRATION_SHOW,
    &ecs::SERVERS_LIST,
    &ecs::SERVERS_SHOW,
    &ecs::ATTACHMENTS_LIST,
    &ecs::ATTACHMENTS_SHOW,
    &compute::SERVERS_DETAIL,
    &compute::SERVERS_SHOW,
    &compute::ATTACHMENTS_LIST,
    &compute::SERVERS_LIST,
    &volumev2::VOLUMES_LIST,
    &volumev2::VOLUMES_SHOW,
    &volumev2::VOLUMES_SHOW_VENDOR,
    &volumev2::VOLUMES_DETAIL,
    &volumev3::VOLUMES_DETAIL,
    &volumev3::VOLUMES_SHOW,
    &volumev3::VOLUMES_LIST,
    &volumev3::ZONES_LIST,
    &image::WHOLE_IMAGES_CREATE,
    &image::IMAGES_CREATE,
    &image::JOBS_SHOW,
    &image::IMAGES_LIST,
    &image::GLANCE_IMAGES_LIST,
    &image::IMAGES_SHOW,
    &image::IMAGES_DELETE,
    &image::QUOTA_SHOW,
    &identity::TOKENS_CREATE,
    &identity::TOKENS_SHOW,
    &identity::TOKENS_CHECK,
    &identity::TOKENS_REVOKE,
    &identity::PROJECTS_LIST,
    &identity::PROJECTS_MINE,
    &identity::USER_PROJECTS,
    &identity::DOMAINS_MINE,
    &identity::CATALOG,
    &sandbox::ACCOUNTS,
    &sandbox::CLOCK_SHOW,
    &sandbox::CLOCK_SET,
    &sandbox::RESET,
    &sandbox::WORLD_EXPORT,
    &sandbox::WORLD_IMPORT,
    &sandbox::PREVIEW,
    &sandbox::FAULTS_ARM,
    &sandbox::FAULTS_LIST,
    &sandbox::FAULTS_CLEAR,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_name_their_service() {
        let mut ids: Vec<_> = ALL.iter().map(|operation| operation.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
        for operation in ALL {
            assert_eq!(
                operation.id.split('.').next(),
                Some(operation.service.word())
            );
        }
    }

    #[test]
    fn every_filled_path_leads_back_to_its_operation() {
        for operation in ALL {
            let values: Vec<_> = operation.parameters().map(|_| "0a1b-2c").collect();
            let path = operation.path_with(&values);
            let (found, raw) = find(operation.service, operation.method, &path).unwrap();
            assert_eq!((found.id, raw), (operation.id, values));
        }
    }

    #[test]
    fn a_literal_segment_wins_over_a_parameter() {
        let (found, _) = find(Service::Csbs, Method::Get, "/checkpoint_items/count").unwrap();
        assert_eq!(found.id, "csbs.backups.count");
        let (found, _) = find(Service::Csbs, Method::Get, "/csbs_backup/tags").unwrap();
        assert_eq!(found.id, "csbs.backup_tags.list");
    }

    #[test]
    fn what_is_not_described_is_not_found() {
        for path in [
            "",
            "/",
            "//policies",
            "/policies/",
            "/policies/a/b",
            "/Policies",
            "/v1/policies",
        ] {
            assert!(find(Service::Csbs, Method::Get, path).is_none(), "{path}");
        }
        assert!(find(Service::Ecs, Method::Delete, "/cloudservers/detail").is_none());
    }

    #[test]
    fn the_service_has_its_27_documented_operations() {
        let documented = ALL
            .iter()
            .filter(|operation| operation.service == Service::Csbs)
            .filter(|operation| {
                // The native superset (section 11).
                let superset = ["csbs.restores.list", "csbs.restores.show"];
                !superset.contains(&operation.id) && !operation.id.contains(".operation_logs.")
            })
            .count();
        // Two documented operations share one method and path: both capability checks.
        assert_eq!(documented + 1, 27);
    }
}
