//! Every operation of the services, described once.
//!
//! The console sends from these descriptions, the sandbox routes by them, and the gateway lets
//! only them through. Paths are below the catalog endpoint of the service, which already ends in
//! the project id (clients.md section 2). The groups at the end of the file are the tables
//! themselves, one module per service; [`ALL`] lists them.

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

/// Cloud Server Backup Service v1 (csbs-v1.md section 1).
pub mod csbs {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::Csbs,
            method,
            path,
            ok,
            codes,
        }
    }

    /// Back up one server now (csbs-v1 4.1, body key `protect`).
    pub const BACK_UP_SERVER: Operation = operation(
        "csbs.servers.protect",
        Post,
        "/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/resources/{resource_id}/action",
        200,
        &[
            "CSBS.6000",
            "CSBS.6001",
            "CSBS.6003",
            "CSBS.6005",
            "CSBS.6006",
            "CSBS.6007",
            "CSBS.6010",
            "CSBS.6027",
            "CSBS.6030",
            "CSBS.6033",
            "CSBS.6061",
            "CSBS.9006",
            "CSBS.9009",
            "CSBS.7000",
            "CSBS.0002",
            "CSBS.1002",
        ],
    );
    /// Can these servers be backed up, or restored to? (csbs-v1 4.2 `check_protectable`, 4.3 `check_restorable`)
    pub const CHECK_RESOURCES: Operation = operation(
        "csbs.servers.check",
        Post,
        "/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/resources/action",
        200,
        &[
            "CSBS.6000",
            "CSBS.6003",
            "CSBS.6004",
            "CSBS.6005",
            "CSBS.6006",
            "CSBS.6007",
            "CSBS.6010",
            "CSBS.6027",
            "CSBS.6033",
            "CSBS.6061",
            "CSBS.3001",
            "CSBS.4000",
            "CSBS.6000",
            "CSBS.6013",
            "CSBS.6014",
            "CSBS.6015",
            "CSBS.6016",
            "CSBS.6017",
            "CSBS.6018",
            "CSBS.6019",
            "CSBS.6020",
            "CSBS.6021",
            "CSBS.6023",
            "CSBS.6024",
            "CSBS.6025",
            "CSBS.6061",
        ],
    );
    /// Create a policy (4.4).
    pub const POLICIES_CREATE: Operation = operation(
        "csbs.policies.create",
        Post,
        "/policies",
        200,
        &[
            "CSBS.0001",
            "CSBS.6000",
            "CSBS.6003",
            "CSBS.6004",
            "CSBS.7000",
            "CSBS.9007",
        ],
    );
    /// Delete a policy; its backups stay (4.5).
    pub const POLICIES_DELETE: Operation = operation(
        "csbs.policies.delete",
        Delete,
        "/policies/{policy_id}",
        200,
        &["CSBS.2001", "CSBS.2004", "CSBS.3000", "CSBS.5001"],
    );
    /// Change a policy; what is absent stays (4.6).
    pub const POLICIES_UPDATE: Operation = operation(
        "csbs.policies.update",
        Put,
        "/policies/{policy_id}",
        200,
        &[
            "CSBS.2004",
            "CSBS.3000",
            "CSBS.5001",
            "CSBS.6000",
            "CSBS.6003",
            "CSBS.6004",
            "CSBS.9007",
        ],
    );
    /// One policy (4.7).
    pub const POLICIES_SHOW: Operation = operation(
        "csbs.policies.show",
        Get,
        "/policies/{policy_id}",
        200,
        &["CSBS.3000"],
    );
    /// Policies, paged (4.8).
    pub const POLICIES_LIST: Operation =
        operation("csbs.policies.list", Get, "/policies", 200, &[]);
    /// Run a policy now (4.9).
    pub const POLICIES_RUN: Operation = operation(
        "csbs.policies.run",
        Post,
        "/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/checkpoints",
        200,
        &[
            "CSBS.1001",
            "CSBS.3000",
            "CSBS.6000",
            "CSBS.6005",
            "CSBS.6030",
            "CSBS.6032",
            "CSBS.9006",
        ],
    );
    /// How many backups match (4.10).
    pub const BACKUPS_COUNT: Operation = operation(
        "csbs.backups.count",
        Get,
        "/checkpoint_items/count",
        200,
        &[],
    );
    /// One backup (4.11).
    pub const BACKUPS_SHOW: Operation = operation(
        "csbs.backups.show",
        Get,
        "/checkpoint_items/{checkpoint_item_id}",
        200,
        &["CSBS.3001", "CSBS.8008"],
    );
    /// Backups, filtered and paged (4.12).
    pub const BACKUPS_LIST: Operation =
        operation("csbs.backups.list", Get, "/checkpoint_items", 200, &[]);
    /// Delete backups of a checkpoint, asynchronously (4.13).
    pub const BACKUPS_DELETE: Operation = operation(
        "csbs.backups.delete",
        Delete,
        "/providers/fc4d5750-22e7-4798-8a46-f48f62c4c1da/checkpoints/{checkpoint_id}",
        200,
        &[
            "CSBS.2003",
            "CSBS.2004",
            "CSBS.3001",
            "CSBS.6040",
            "CSBS.8007",
        ],
    );
    /// Restore a backup to a server, asynchronously (4.14).
    pub const RESTORES_CREATE: Operation = operation(
        "csbs.restores.create",
        Post,
        "/restores",
        200,
        &[
            "CSBS.2003",
            "CSBS.3001",
            "CSBS.4000",
            "CSBS.6000",
            "CSBS.6013",
            "CSBS.6014",
            "CSBS.6015",
            "CSBS.6016",
            "CSBS.6017",
            "CSBS.6018",
            "CSBS.6019",
            "CSBS.6020",
            "CSBS.6021",
            "CSBS.6023",
            "CSBS.6024",
            "CSBS.6025",
            "CSBS.6061",
        ],
    );
    /// The project's quotas (4.15).
    pub const QUOTAS_SHOW: Operation = operation("csbs.quotas.show", Get, "/quotas", 200, &[]);
    /// Filter or count backups by tag (5.2).
    pub const BACKUPS_BY_TAG: Operation = operation(
        "csbs.backups.by_tag",
        Post,
        "/csbs_backup/resource_instances/action",
        200,
        &[],
    );
    /// Add or remove several tags of a backup (5.3).
    pub const BACKUP_TAGS_BATCH: Operation = operation(
        "csbs.backup_tags.batch",
        Post,
        "/csbs_backup/{checkpoint_item_id}/tags/action",
        204,
        &["CSBS.3001", "CSBS.7000"],
    );
    /// Add one tag to a backup (5.4).
    pub const BACKUP_TAGS_ADD: Operation = operation(
        "csbs.backup_tags.add",
        Post,
        "/csbs_backup/{checkpoint_item_id}/tags",
        204,
        &["CSBS.3001", "CSBS.7000"],
    );
    /// Remove one tag of a backup (5.4).
    pub const BACKUP_TAGS_REMOVE: Operation = operation(
        "csbs.backup_tags.remove",
        Delete,
        "/csbs_backup/{checkpoint_item_id}/tags/{key}",
        204,
        &["CSBS.3001", "CSBS.7001"],
    );
    /// Tags of a backup (5.4).
    pub const BACKUP_TAGS_SHOW: Operation = operation(
        "csbs.backup_tags.show",
        Get,
        "/csbs_backup/{checkpoint_item_id}/tags",
        200,
        &["CSBS.3001"],
    );
    /// All backup tags of the project (5.4).
    pub const BACKUP_TAGS_LIST: Operation =
        operation("csbs.backup_tags.list", Get, "/csbs_backup/tags", 200, &[]);
    /// Filter or count policies by tag (5.2).
    pub const POLICIES_BY_TAG: Operation = operation(
        "csbs.policies.by_tag",
        Post,
        "/csbs_backup_policy/resource_instances/action",
        200,
        &[],
    );
    /// Add or remove several tags of a policy (5.3).
    pub const POLICY_TAGS_BATCH: Operation = operation(
        "csbs.policy_tags.batch",
        Post,
        "/csbs_backup_policy/{policy_id}/tags/action",
        204,
        &["CSBS.3000", "CSBS.7000"],
    );
    /// Add one tag to a policy (5.4).
    pub const POLICY_TAGS_ADD: Operation = operation(
        "csbs.policy_tags.add",
        Post,
        "/csbs_backup_policy/{policy_id}/tags",
        204,
        &["CSBS.3000", "CSBS.7000"],
    );
    /// Remove one tag of a policy (5.4).
    pub const POLICY_TAGS_REMOVE: Operation = operation(
        "csbs.policy_tags.remove",
        Delete,
        "/csbs_backup_policy/{policy_id}/tags/{key}",
        204,
        &["CSBS.3000", "CSBS.7001"],
    );
    /// Tags of a policy (5.4).
    pub const POLICY_TAGS_SHOW: Operation = operation(
        "csbs.policy_tags.show",
        Get,
        "/csbs_backup_policy/{policy_id}/tags",
        200,
        &["CSBS.3000"],
    );
    /// All policy tags of the project (5.4).
    pub const POLICY_TAGS_LIST: Operation = operation(
        "csbs.policy_tags.list",
        Get,
        "/csbs_backup_policy/tags",
        200,
        &[],
    );
    /// Restores of the project (11, the native superset).
    pub const RESTORES_LIST: Operation =
        operation("csbs.restores.list", Get, "/restores", 200, &[]);
    /// One restore (11, the native superset).
    pub const RESTORES_SHOW: Operation = operation(
        "csbs.restores.show",
        Get,
        "/restores/{restore_id}",
        200,
        &[],
    );
    /// What was done in the project (11, the native superset).
    pub const OPERATION_LOGS_LIST: Operation =
        operation("csbs.operation_logs.list", Get, "/operation_logs", 200, &[]);
    /// One entry of it (11, the native superset).
    pub const OPERATION_LOGS_SHOW: Operation = operation(
        "csbs.operation_logs.show",
        Get,
        "/operation_logs/{operation_log_id}",
        200,
        &[],
    );
}

/// Servers, vendor API (compute-and-volumes.md).
pub mod ecs {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::Ecs,
            method,
            path,
            ok,
            codes,
        }
    }

    /// Servers with their volumes; `offset` is a page number (compute-and-volumes 3.1).
    pub const SERVERS_LIST: Operation =
        operation("ecs.servers.list", Get, "/cloudservers/detail", 200, &[]);
    /// One server (3.1).
    pub const SERVERS_SHOW: Operation = operation(
        "ecs.servers.show",
        Get,
        "/cloudservers/{server_id}",
        200,
        &[],
    );
    /// Volumes of a server with size, device and boot index (3.2).
    pub const ATTACHMENTS_LIST: Operation = operation(
        "ecs.attachments.list",
        Get,
        "/cloudservers/{server_id}/block_device",
        200,
        &[],
    );
    /// One attached volume (3.2).
    pub const ATTACHMENTS_SHOW: Operation = operation(
        "ecs.attachments.show",
        Get,
        "/cloudservers/{server_id}/block_device/{volume_id}",
        200,
        &[],
    );
}

/// Servers, Nova (compute-and-volumes.md).
pub mod compute {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::Compute,
            method,
            path,
            ok,
            codes,
        }
    }

    /// Nova server list (3.3).
    pub const SERVERS_DETAIL: Operation =
        operation("compute.servers.detail", Get, "/servers/detail", 200, &[]);
    /// Nova server (3.3).
    pub const SERVERS_SHOW: Operation = operation(
        "compute.servers.show",
        Get,
        "/servers/{server_id}",
        200,
        &[],
    );
    /// Volume ids and devices (3.3).
    pub const ATTACHMENTS_LIST: Operation = operation(
        "compute.attachments.list",
        Get,
        "/servers/{server_id}/os-volume_attachments",
        200,
        &[],
    );
    /// Nova brief list (3.3).
    pub const SERVERS_LIST: Operation =
        operation("compute.servers.list", Get, "/servers", 200, &[]);
}

/// Volumes, vendor API and Cinder v2 (compute-and-volumes.md).
pub mod volumev2 {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::VolumeV2,
            method,
            path,
            ok,
            codes,
        }
    }

    /// Volumes with all attributes (4.1).
    pub const VOLUMES_LIST: Operation = operation(
        "volumev2.volumes.list",
        Get,
        "/cloudvolumes/detail",
        200,
        &[],
    );
    /// One volume (4.1).
    pub const VOLUMES_SHOW: Operation = operation(
        "volumev2.volumes.show",
        Get,
        "/cloudvolumes/{volume_id}",
        200,
        &[],
    );
    /// One volume, the other documented path (4.1).
    pub const VOLUMES_SHOW_VENDOR: Operation = operation(
        "volumev2.volumes.show_vendor",
        Get,
        "/os-vendor-volumes/{volume_id}",
        200,
        &[],
    );
    /// Cinder list, older path (4.2).
    pub const VOLUMES_DETAIL: Operation =
        operation("volumev2.volumes.detail", Get, "/volumes/detail", 200, &[]);
}

/// Volumes, Cinder v3 (compute-and-volumes.md).
pub mod volumev3 {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::VolumeV3,
            method,
            path,
            ok,
            codes,
        }
    }

    /// Cinder list (4.2).
    pub const VOLUMES_DETAIL: Operation =
        operation("volumev3.volumes.detail", Get, "/volumes/detail", 200, &[]);
    /// Cinder show (4.2).
    pub const VOLUMES_SHOW: Operation = operation(
        "volumev3.volumes.show",
        Get,
        "/volumes/{volume_id}",
        200,
        &[],
    );
    /// Cinder brief list (4.2).
    pub const VOLUMES_LIST: Operation =
        operation("volumev3.volumes.list", Get, "/volumes", 200, &[]);
    /// Availability zones (1).
    pub const ZONES_LIST: Operation = operation(
        "volumev3.zones.list",
        Get,
        "/os-availability-zone",
        200,
        &[],
    );
}

/// Images (compute-and-volumes.md section 6). The endpoint has neither version nor project in it.
pub mod image {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::Image,
            method,
            path,
            ok,
            codes,
        }
    }

    /// Make a whole image from a backup, asynchronously (6.1).
    pub const WHOLE_IMAGES_CREATE: Operation = operation(
        "image.whole_images.create",
        Post,
        "/v1/cloudimages/wholeimages/action",
        200,
        &[
            "IMG.0002",
            "IMG.0003",
            "IMG.0004",
            "IMG.0009",
            "IMG.0013",
            "IMG.0019",
            "IMG.0020",
            "IMG.0032",
            "IMG.0132",
            "IMG.0134",
            "IMG.0198",
            "CSBS.8001",
            "CSBS.8009",
            "CSBS.9008",
        ],
    );
    /// Make an image of a server's system disk, asynchronously (1, operation 24).
    pub const IMAGES_CREATE: Operation = operation(
        "image.images.create",
        Post,
        "/v2/cloudimages/action",
        200,
        &[
            "IMG.0002", "IMG.0003", "IMG.0004", "IMG.0005", "IMG.0009", "IMG.0012", "IMG.0013",
            "IMG.0063", "IMG.0119", "IMG.0126", "IMG.0136", "IMG.0153",
        ],
    );
    /// How far a job is (6.2).
    pub const JOBS_SHOW: Operation = operation(
        "image.jobs.show",
        Get,
        "/v1/{project_id}/jobs/{job_id}",
        200,
        &[],
    );
    /// Images, in the vendor's form (6.4).
    pub const IMAGES_LIST: Operation =
        operation("image.images.list", Get, "/v2/cloudimages", 200, &[]);
    /// Images, in Glance's form (6.4).
    pub const GLANCE_IMAGES_LIST: Operation =
        operation("image.glance_images.list", Get, "/v2/images", 200, &[]);
    /// One image (1).
    pub const IMAGES_SHOW: Operation =
        operation("image.images.show", Get, "/v2/images/{image_id}", 200, &[]);
    /// Delete an image, so that its backup can be deleted; a body may ask for both (1).
    pub const IMAGES_DELETE: Operation = operation(
        "image.images.delete",
        Delete,
        "/v2/images/{image_id}",
        204,
        &[],
    );
    /// How many images there may be (1).
    pub const QUOTA_SHOW: Operation =
        operation("image.quota.show", Get, "/v1/cloudimages/quota", 200, &[]);
}

/// Identity v3 (iam-v3.md).
pub mod identity {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::Identity,
            method,
            path,
            ok,
            codes,
        }
    }

    /// Sign in or rescope (iam-v3 3).
    pub const TOKENS_CREATE: Operation =
        operation("identity.tokens.create", Post, "/auth/tokens", 201, &[]);
    /// Validate a token (iam-v3 4).
    pub const TOKENS_SHOW: Operation =
        operation("identity.tokens.show", Get, "/auth/tokens", 200, &[]);
    /// Validate a token without its body (iam-v3 4).
    pub const TOKENS_CHECK: Operation =
        operation("identity.tokens.check", Head, "/auth/tokens", 200, &[]);
    /// End a token (iam-v3 4).
    pub const TOKENS_REVOKE: Operation =
        operation("identity.tokens.revoke", Delete, "/auth/tokens", 204, &[]);
    /// Projects by criteria (iam-v3 5.1).
    pub const PROJECTS_LIST: Operation =
        operation("identity.projects.list", Get, "/projects", 200, &[]);
    /// Projects the user may enter (iam-v3 5.2).
    pub const PROJECTS_MINE: Operation =
        operation("identity.projects.mine", Get, "/auth/projects", 200, &[]);
    /// Projects of a user (iam-v3 1).
    pub const USER_PROJECTS: Operation = operation(
        "identity.users.projects",
        Get,
        "/users/{user_id}/projects",
        200,
        &[],
    );
    /// Accounts the user may enter (iam-v3 5.3).
    pub const DOMAINS_MINE: Operation =
        operation("identity.domains.mine", Get, "/auth/domains", 200, &[]);
    /// The service catalog (iam-v3 5.4).
    pub const CATALOG: Operation =
        operation("identity.catalog.show", Get, "/auth/catalog", 200, &[]);
}

/// The sandbox's own controls (sandbox.md).
pub mod sandbox {
    use super::{Method::*, Operation, Service};

    const fn operation(
        id: &'static str,
        method: super::Method,
        path: &'static str,
        ok: u16,
        codes: &'static [&'static str],
    ) -> Operation {
        Operation {
            id,
            service: Service::Sandbox,
            method,
            path,
            ok,
            codes,
        }
    }

    /// All accounts of the sandbox (sandbox.md).
    pub const ACCOUNTS: Operation = operation("sandbox.accounts.list", Get, "/accounts", 200, &[]);
    /// The virtual clock.
    pub const CLOCK_SHOW: Operation = operation("sandbox.clock.show", Get, "/clock", 200, &[]);
    /// Advance the clock or set its rate.
    pub const CLOCK_SET: Operation = operation("sandbox.clock.set", Post, "/clock", 200, &[]);
    /// A fresh world.
    pub const RESET: Operation = operation("sandbox.reset", Post, "/reset", 200, &[]);
    /// The whole state as one document.
    pub const WORLD_EXPORT: Operation = operation("sandbox.world.export", Get, "/world", 200, &[]);
    /// Take over a state.
    pub const WORLD_IMPORT: Operation = operation("sandbox.world.import", Put, "/world", 200, &[]);
    /// Runs of a pattern, by the console's own engine.
    pub const PREVIEW: Operation = operation("sandbox.preview", Get, "/preview", 200, &[]);
    /// Arm a fault.
    pub const FAULTS_ARM: Operation = operation("sandbox.faults.arm", Post, "/faults", 200, &[]);
    /// Faults that are armed.
    pub const FAULTS_LIST: Operation = operation("sandbox.faults.list", Get, "/faults", 200, &[]);
    /// Disarm all faults.
    pub const FAULTS_CLEAR: Operation =
        operation("sandbox.faults.clear", Delete, "/faults", 200, &[]);
}

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
