//! Cloud Server Backup Service v1 (csbs-v1.md section 1).

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
pub const POLICIES_LIST: Operation = operation("csbs.policies.list", Get, "/policies", 200, &[]);
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
pub const RESTORES_LIST: Operation = operation("csbs.restores.list", Get, "/restores", 200, &[]);
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
