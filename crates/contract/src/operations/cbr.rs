//! Cloud Backup and Recovery v3 (cbr-v3.md section 1): the 74 operations of the service, and those of
//! them that belong to an account rather than to a project.

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
        service: Service::Cbr,
        method,
        path,
        ok,
        codes,
    }
}

const fn account(
    id: &'static str,
    method: super::Method,
    path: &'static str,
    codes: &'static [&'static str],
) -> Operation {
    Operation {
        id,
        service: Service::CbrAccount,
        method,
        path,
        ok: 200,
        codes,
    }
}

/// Make a vault (cbr-v3 5.1, 1).
pub const VAULTS_CREATE: Operation = operation(
    "cbr.vaults.create",
    Post,
    "/vaults",
    200,
    &[
        "BackupService.6000",
        "BackupService.6100",
        "BackupService.6101",
        "BackupService.6102",
        "BackupService.6103",
        "BackupService.6104",
        "BackupService.6106",
        "BackupService.6116",
        "BackupService.6127",
        "BackupService.6132",
        "BackupService.6133",
        "BackupService.6136",
        "BackupService.6300",
        "BackupService.6400",
        "BackupService.6401",
        "BackupService.6407",
        "BackupService.6408",
        "BackupService.6600",
        "BackupService.7000",
        "BackupService.7006",
        "BackupService.7100",
        "BackupService.7116",
        "BackupService.7303",
        "BackupService.7500",
        "BackupService.8400",
        "BackupService.8600",
    ],
);
/// Vaults of the project (5.1, 2).
pub const VAULTS_LIST: Operation = operation("cbr.vaults.list", Get, "/vaults", 200, &[]);
/// One vault (5.1, 3).
pub const VAULTS_SHOW: Operation = operation(
    "cbr.vaults.show",
    Get,
    "/vaults/{vault_id}",
    200,
    &["BackupService.6105", "BackupService.6403"],
);
/// Rename, resize or lock a vault (5.1, 4).
pub const VAULTS_UPDATE: Operation = operation(
    "cbr.vaults.update",
    Put,
    "/vaults/{vault_id}",
    200,
    &[
        "BackupService.6101",
        "BackupService.6105",
        "BackupService.6107",
        "BackupService.6110",
        "BackupService.6112",
        "BackupService.6114",
        "BackupService.6123",
        "BackupService.6401",
    ],
);
/// Delete a vault with all its backups (5.1, 5).
pub const VAULTS_DELETE: Operation = operation(
    "cbr.vaults.delete",
    Delete,
    "/vaults/{vault_id}",
    204,
    &[
        "BackupService.6105",
        "BackupService.6111",
        "BackupService.6112",
        "BackupService.6115",
        "BackupService.6121",
        "BackupService.6125",
        "BackupService.6130",
        "BackupService.6134",
        "BackupService.6204",
        "BackupService.6402",
        "BackupService.6404",
        "BackupService.6405",
    ],
);
/// Put resources into a vault (5.1, 6).
pub const VAULTS_ADD_RESOURCES: Operation = operation(
    "cbr.vaults.add_resources",
    Post,
    "/vaults/{vault_id}/addresources",
    200,
    &[
        "BackupService.6100",
        "BackupService.6102",
        "BackupService.6103",
        "BackupService.6104",
        "BackupService.6105",
        "BackupService.6108",
        "BackupService.6112",
        "BackupService.6129",
        "BackupService.6137",
        "BackupService.6302",
        "BackupService.7000",
        "BackupService.7001",
        "BackupService.7002",
        "BackupService.7006",
        "BackupService.7100",
        "BackupService.7104",
        "BackupService.7105",
        "BackupService.7106",
        "BackupService.7107",
        "BackupService.7108",
        "BackupService.7109",
        "BackupService.7111",
        "BackupService.7113",
        "BackupService.7116",
        "BackupService.7500",
    ],
);
/// Take resources and their backups out of a vault (5.1, 7).
pub const VAULTS_REMOVE_RESOURCES: Operation = operation(
    "cbr.vaults.remove_resources",
    Post,
    "/vaults/{vault_id}/removeresources",
    200,
    &[
        "BackupService.6105",
        "BackupService.6115",
        "BackupService.6125",
        "BackupService.6134",
        "BackupService.6135",
    ],
);
/// Move resources and their backups to another vault (5.1, 8).
pub const VAULTS_MIGRATE_RESOURCES: Operation = operation(
    "cbr.vaults.migrate_resources",
    Post,
    "/vaults/{vault_id}/migrateresources",
    200,
    &[
        "BackupService.6100",
        "BackupService.6102",
        "BackupService.6105",
        "BackupService.6120",
        "BackupService.6129",
        "BackupService.6130",
        "BackupService.6135",
    ],
);
/// Leave resources out of scheduled backups, or take them in again (5.1, 9).
pub const VAULTS_SET_RESOURCES: Operation = operation(
    "cbr.vaults.set_resources",
    Put,
    "/vaults/{vault_id}/set-resources",
    200,
    &["BackupService.6105", "BackupService.6135"],
);
/// Apply a policy to a vault (5.1, 10).
pub const VAULTS_ASSOCIATE_POLICY: Operation = operation(
    "cbr.vaults.associate_policy",
    Post,
    "/vaults/{vault_id}/associatepolicy",
    200,
    &[
        "BackupService.6000",
        "BackupService.6105",
        "BackupService.6117",
        "BackupService.6118",
        "BackupService.6119",
        "BackupService.6120",
        "BackupService.6127",
        "BackupService.6136",
    ],
);
/// Take a policy off a vault (5.1, 11).
pub const VAULTS_DISSOCIATE_POLICY: Operation = operation(
    "cbr.vaults.dissociate_policy",
    Post,
    "/vaults/{vault_id}/dissociatepolicy",
    200,
    &[
        "BackupService.6000",
        "BackupService.6002",
        "BackupService.6105",
    ],
);
/// Change every vault of the project (5.1, 12).
pub const VAULTS_BATCH_UPDATE: Operation = operation(
    "cbr.vaults.batch_update",
    Put,
    "/vaults/batch-update",
    200,
    &[],
);
/// Capacity and use of all vaults (5.1, 13).
pub const VAULTS_SUMMARY: Operation =
    operation("cbr.vaults.summary", Get, "/vaults/summary", 200, &[]);
/// Vaults of another region or project (5.1, 14).
pub const VAULTS_EXTERNAL: Operation =
    operation("cbr.vaults.external", Get, "/vaults/external", 200, &[]);
/// Change when the backups of a vault expire (5.1, 15).
pub const VAULTS_UPDATE_EXPIRATION: Operation = operation(
    "cbr.vaults.update_expiration",
    Put,
    "/vaults/{vault_id}/update-backup-expiration-time",
    200,
    &["BackupService.6105"],
);
/// Order a vault; a sandbox charges nothing for it (5.1, 16).
pub const VAULTS_ORDER: Operation = operation(
    "cbr.vaults.order",
    Post,
    "/vaults/order",
    200,
    &[
        "BackupService.6109",
        "BackupService.6138",
        "BackupService.6139",
        "BackupService.8400",
    ],
);
/// Change how vaults are paid for (5.1, 17).
pub const VAULTS_CHANGE_CHARGE_MODE: Operation = operation(
    "cbr.vaults.change_charge_mode",
    Post,
    "/vaults/change-charge-mode",
    200,
    &[
        "BackupService.6105",
        "BackupService.6131",
        "BackupService.6138",
        "BackupService.6139",
        "BackupService.8400",
    ],
);
/// Change an order (5.1, 18).
pub const ORDERS_CHANGE: Operation = operation(
    "cbr.orders.change",
    Post,
    "/orders/change",
    200,
    &[
        "BackupService.6105",
        "BackupService.6109",
        "BackupService.6138",
        "BackupService.6139",
        "BackupService.8400",
    ],
);
/// Change an order, the older way (5.1, 19).
pub const ORDERS_UPDATE: Operation = operation(
    "cbr.orders.update",
    Put,
    "/orders/{order_id}",
    200,
    &["BackupService.6109"],
);
/// Back up a vault or some of its resources now (5.2, 20).
pub const CHECKPOINTS_CREATE: Operation = operation(
    "cbr.checkpoints.create",
    Post,
    "/checkpoints",
    200,
    &[
        "BackupService.0001",
        "BackupService.0002",
        "BackupService.6105",
        "BackupService.6113",
        "BackupService.6114",
        "BackupService.6124",
        "BackupService.6125",
        "BackupService.6126",
        "BackupService.6128",
        "BackupService.6135",
        "BackupService.6142",
        "BackupService.6203",
        "BackupService.6215",
        "BackupService.6300",
        "BackupService.6301",
        "BackupService.7001",
        "BackupService.7002",
        "BackupService.7003",
        "BackupService.7004",
        "BackupService.7007",
        "BackupService.7100",
        "BackupService.7101",
        "BackupService.7102",
        "BackupService.7103",
        "BackupService.7104",
        "BackupService.7105",
        "BackupService.7106",
        "BackupService.7107",
        "BackupService.7108",
        "BackupService.7109",
        "BackupService.7110",
        "BackupService.7111",
        "BackupService.7113",
        "BackupService.7200",
        "BackupService.7201",
        "BackupService.7501",
        "BackupService.7502",
        "BackupService.7503",
        "BackupService.7504",
        "BackupService.7505",
        "BackupService.7506",
        "BackupService.8300",
    ],
);
/// One checkpoint (5.2, 21).
pub const CHECKPOINTS_SHOW: Operation = operation(
    "cbr.checkpoints.show",
    Get,
    "/checkpoints/{checkpoint_id}",
    200,
    &["BackupService.6217"],
);
/// Replicate the backups of a vault (5.2, 22).
pub const CHECKPOINTS_REPLICATE: Operation = operation(
    "cbr.checkpoints.replicate",
    Post,
    "/checkpoints/replicate",
    200,
    &[
        "BackupService.1001",
        "BackupService.1005",
        "BackupService.1008",
        "BackupService.1011",
        "BackupService.1012",
        "BackupService.6105",
        "BackupService.6118",
        "BackupService.6119",
        "BackupService.6120",
        "BackupService.6122",
        "BackupService.6128",
        "BackupService.6129",
        "BackupService.6130",
    ],
);
/// Import the backups of a hybrid vault (5.2, 23).
pub const CHECKPOINTS_SYNC: Operation = operation(
    "cbr.checkpoints.sync",
    Post,
    "/checkpoints/sync",
    200,
    &[
        "BackupService.6105",
        "BackupService.6406",
        "BackupService.7300",
        "BackupService.7301",
        "BackupService.7302",
    ],
);
/// Backups, filtered and paged (5.3, 24).
pub const BACKUPS_LIST: Operation = operation("cbr.backups.list", Get, "/backups", 200, &[]);
/// One backup (5.3, 25).
pub const BACKUPS_SHOW: Operation = operation(
    "cbr.backups.show",
    Get,
    "/backups/{backup_id}",
    200,
    &[
        "BackupService.6200",
        "BackupService.6207",
        "BackupService.6208",
        "BackupService.6209",
        "BackupService.6210",
        "BackupService.6211",
        "BackupService.6212",
        "BackupService.6213",
        "BackupService.6214",
    ],
);
/// Rename a backup (5.3, 26).
pub const BACKUPS_UPDATE: Operation = operation(
    "cbr.backups.update",
    Put,
    "/backups/{backup_id}",
    200,
    &["BackupService.6200"],
);
/// Delete a backup (5.3, 27).
pub const BACKUPS_DELETE: Operation = operation(
    "cbr.backups.delete",
    Delete,
    "/backups/{backup_id}",
    204,
    &[
        "BackupService.6200",
        "BackupService.6201",
        "BackupService.6204",
        "BackupService.6216",
        "BackupService.6710",
        "BackupService.6711",
        "BackupService.7009",
    ],
);
/// Restore a backup (5.3, 28).
pub const BACKUPS_RESTORE: Operation = operation(
    "cbr.backups.restore",
    Post,
    "/backups/{backup_id}/restore",
    202,
    &[
        "BackupService.2001",
        "BackupService.2002",
        "BackupService.2003",
        "BackupService.2004",
        "BackupService.2005",
        "BackupService.2006",
        "BackupService.2007",
        "BackupService.2008",
        "BackupService.2009",
        "BackupService.2010",
        "BackupService.2011",
        "BackupService.2012",
        "BackupService.2013",
        "BackupService.2014",
        "BackupService.2015",
        "BackupService.6140",
        "BackupService.6141",
        "BackupService.6200",
        "BackupService.6202",
        "BackupService.6302",
        "BackupService.7000",
        "BackupService.7004",
        "BackupService.7008",
        "BackupService.7009",
        "BackupService.7100",
        "BackupService.7114",
        "BackupService.7115",
        "BackupService.7117",
        "BackupService.7201",
        "BackupService.7202",
        "BackupService.7203",
        "BackupService.7204",
        "BackupService.7500",
        "BackupService.7506",
        "BackupService.7507",
        "BackupService.7508",
        "BackupService.7509",
        "BackupService.7510",
        "BackupService.7511",
    ],
);
/// Replicate a backup (5.3, 29).
pub const BACKUPS_REPLICATE: Operation = operation(
    "cbr.backups.replicate",
    Post,
    "/backups/{backup_id}/replicate",
    200,
    &[
        "BackupService.1001",
        "BackupService.1002",
        "BackupService.1003",
        "BackupService.1004",
        "BackupService.1005",
        "BackupService.1006",
        "BackupService.1007",
        "BackupService.1008",
        "BackupService.1009",
        "BackupService.1011",
        "BackupService.1012",
        "BackupService.1013",
        "BackupService.2004",
        "BackupService.6118",
        "BackupService.6119",
        "BackupService.6120",
        "BackupService.6122",
        "BackupService.6128",
        "BackupService.6129",
        "BackupService.6130",
        "BackupService.6200",
    ],
);
/// Import backups of on-premises servers (5.3, 30).
pub const BACKUPS_SYNC: Operation = operation(
    "cbr.backups.sync",
    Post,
    "/backups/sync",
    200,
    &["BackupService.7302"],
);
/// The server as it was backed up (5.3, 31).
pub const BACKUPS_METADATA: Operation = operation(
    "cbr.backups.metadata",
    Get,
    "/backups/{backup_id}/metadata",
    200,
    &["BackupService.6200", "BackupService.6206"],
);
/// Share a backup with projects (5.4, 32).
pub const MEMBERS_ADD: Operation = operation(
    "cbr.members.add",
    Post,
    "/backups/{backup_id}/members",
    200,
    &[
        "BackupService.6200",
        "BackupService.6700",
        "BackupService.6701",
        "BackupService.6702",
        "BackupService.6703",
        "BackupService.6704",
        "BackupService.6707",
        "BackupService.6709",
        "BackupService.6712",
        "BackupService.6714",
    ],
);
/// Who a backup is shared with (5.4, 33).
pub const MEMBERS_LIST: Operation = operation(
    "cbr.members.list",
    Get,
    "/backups/{backup_id}/members",
    200,
    &["BackupService.6200"],
);
/// One share (5.4, 34).
pub const MEMBERS_SHOW: Operation = operation(
    "cbr.members.show",
    Get,
    "/backups/{backup_id}/members/{member_id}",
    200,
    &["BackupService.6200", "BackupService.6705"],
);
/// Accept or reject a shared backup (5.4, 35).
pub const MEMBERS_UPDATE: Operation = operation(
    "cbr.members.update",
    Put,
    "/backups/{backup_id}/members/{member_id}",
    200,
    &[
        "BackupService.6105",
        "BackupService.6200",
        "BackupService.6705",
        "BackupService.6706",
        "BackupService.6708",
        "BackupService.6712",
        "BackupService.6713",
    ],
);
/// End a share (5.4, 36).
pub const MEMBERS_DELETE: Operation = operation(
    "cbr.members.delete",
    Delete,
    "/backups/{backup_id}/members/{member_id}",
    204,
    &[
        "BackupService.6200",
        "BackupService.6705",
        "BackupService.6710",
        "BackupService.6711",
    ],
);
/// Make a policy (5.5, 37).
pub const POLICIES_CREATE: Operation = operation(
    "cbr.policies.create",
    Post,
    "/policies",
    200,
    &["BackupService.6001", "BackupService.6117"],
);
/// Policies of the project (5.5, 38).
pub const POLICIES_LIST: Operation = operation("cbr.policies.list", Get, "/policies", 200, &[]);
/// One policy (5.5, 39).
pub const POLICIES_SHOW: Operation = operation(
    "cbr.policies.show",
    Get,
    "/policies/{policy_id}",
    200,
    &["BackupService.6000"],
);
/// Change a policy (5.5, 40).
pub const POLICIES_UPDATE: Operation = operation(
    "cbr.policies.update",
    Put,
    "/policies/{policy_id}",
    200,
    &["BackupService.6000", "BackupService.6003"],
);
/// Delete a policy; its backups stay (5.5, 41).
pub const POLICIES_DELETE: Operation = operation(
    "cbr.policies.delete",
    Delete,
    "/policies/{policy_id}",
    204,
    &["BackupService.6000"],
);
/// Make a policy for every project of the account (5.6, 42).
pub const ORGANIZATION_POLICIES_CREATE: Operation = operation(
    "cbr.organization_policies.create",
    Post,
    "/organization-policies",
    200,
    &["BackupService.6001", "BackupService.6117"],
);
/// Policies of the account (5.6, 43).
pub const ORGANIZATION_POLICIES_LIST: Operation = operation(
    "cbr.organization_policies.list",
    Get,
    "/organization-policies",
    200,
    &[],
);
/// One policy of the account (5.6, 44).
pub const ORGANIZATION_POLICIES_SHOW: Operation = operation(
    "cbr.organization_policies.show",
    Get,
    "/organization-policies/{organization_policy_id}",
    200,
    &["BackupService.6000"],
);
/// Change a policy of the account (5.6, 45).
pub const ORGANIZATION_POLICIES_UPDATE: Operation = operation(
    "cbr.organization_policies.update",
    Put,
    "/organization-policies/{organization_policy_id}",
    200,
    &["BackupService.6000"],
);
/// Delete a policy of the account (5.6, 46).
pub const ORGANIZATION_POLICIES_DELETE: Operation = operation(
    "cbr.organization_policies.delete",
    Delete,
    "/organization-policies/{organization_policy_id}",
    204,
    &["BackupService.6000"],
);
/// Where a policy of the account applies (5.6, 47).
pub const ORGANIZATION_POLICIES_DETAIL: Operation = operation(
    "cbr.organization_policies.detail",
    Get,
    "/organization-policies/{organization_policy_id}/policy-detail",
    200,
    &["BackupService.6000"],
);
/// Tasks, filtered and paged (5.7, 48).
pub const TASKS_LIST: Operation = operation(
    "cbr.tasks.list",
    Get,
    "/operation-logs",
    200,
    &["BackupService.6301"],
);
/// One task (5.7, 49).
pub const TASKS_SHOW: Operation = operation(
    "cbr.tasks.show",
    Get,
    "/operation-logs/{operation_log_id}",
    200,
    &["BackupService.6500", "BackupService.6501"],
);
/// Add one tag to a vault (5.8, 50).
pub const VAULT_TAGS_ADD: Operation = operation(
    "cbr.vault_tags.add",
    Post,
    "/vault/{vault_id}/tags",
    204,
    &["BackupService.6105", "BackupService.6600"],
);
/// Remove one tag of a vault (5.8, 51).
pub const VAULT_TAGS_REMOVE: Operation = operation(
    "cbr.vault_tags.remove",
    Delete,
    "/vault/{vault_id}/tags/{key}",
    204,
    &["BackupService.6105", "BackupService.6601"],
);
/// Add or remove several tags of a vault (5.8, 52).
pub const VAULT_TAGS_BATCH: Operation = operation(
    "cbr.vault_tags.batch",
    Post,
    "/vault/{vault_id}/tags/action",
    204,
    &["BackupService.6105", "BackupService.6600"],
);
/// Tags of a vault (5.8, 53).
pub const VAULT_TAGS_SHOW: Operation = operation(
    "cbr.vault_tags.show",
    Get,
    "/vault/{vault_id}/tags",
    200,
    &["BackupService.6105"],
);
/// All vault tags of the project (5.8, 54).
pub const VAULT_TAGS_LIST: Operation =
    operation("cbr.vault_tags.list", Get, "/vault/tags", 200, &[]);
/// Filter or count vaults by tag (5.8, 55).
pub const VAULTS_BY_TAG: Operation = operation(
    "cbr.vaults.by_tag",
    Post,
    "/vault/resource_instances/action",
    200,
    &[],
);
/// What could be backed up, and whether it can (5.9, 56).
pub const PROTECTABLES_LIST: Operation = operation(
    "cbr.protectables.list",
    Get,
    "/protectables/{protectable_type}/instances",
    200,
    &[],
);
/// One resource, and whether it can be backed up (5.9, 57).
pub const PROTECTABLES_SHOW: Operation = operation(
    "cbr.protectables.show",
    Get,
    "/protectables/{protectable_type}/instances/{instance_id}",
    200,
    &[
        "BackupService.6302",
        "BackupService.7000",
        "BackupService.7100",
        "BackupService.7500",
    ],
);
/// Whether servers have the agent for application-consistent backups (5.10, 58).
pub const AGENTS_CHECK: Operation = operation("cbr.agents.check", Post, "/agent/check", 200, &[]);
/// Register an agent (5.10, 59).
pub const AGENTS_REGISTER: Operation = operation("cbr.agents.register", Post, "/agents", 200, &[]);
/// Agents of the project (5.10, 60).
pub const AGENTS_LIST: Operation = operation("cbr.agents.list", Get, "/agents", 200, &[]);
/// One agent (5.10, 61).
pub const AGENTS_SHOW: Operation = operation(
    "cbr.agents.show",
    Get,
    "/agents/{agent_id}",
    200,
    &["BackupService.6302"],
);
/// Change the state of an agent (5.10, 62).
pub const AGENTS_UPDATE: Operation = operation(
    "cbr.agents.update",
    Put,
    "/agents/{agent_id}",
    200,
    &["BackupService.6302"],
);
/// Unregister an agent (5.10, 63).
pub const AGENTS_UNREGISTER: Operation = operation(
    "cbr.agents.unregister",
    Delete,
    "/agents/{agent_id}",
    200,
    &["BackupService.6302"],
);
/// Back up further paths (5.10, 64).
pub const AGENTS_ADD_PATH: Operation = operation(
    "cbr.agents.add_path",
    Post,
    "/agents/{agent_id}/add-path",
    200,
    &["BackupService.6302"],
);
/// Back up fewer paths (5.10, 65).
pub const AGENTS_REMOVE_PATH: Operation = operation(
    "cbr.agents.remove_path",
    Post,
    "/agents/{agent_id}/remove-path",
    200,
    &["BackupService.6302"],
);
/// Which regions replicate where (5.11, 66).
pub const REPLICATION_CAPABILITIES: Operation = operation(
    "cbr.replication.capabilities",
    Get,
    "/replication-capabilities",
    200,
    &[],
);
/// What the region offers (5.11, 67).
pub const FEATURES_LIST: Operation = operation("cbr.features.list", Get, "/cbr-features", 200, &[]);
/// One thing the region offers or not (5.11, 68).
pub const FEATURES_SHOW: Operation = operation(
    "cbr.features.show",
    Get,
    "/cbr-features/{feature_key}",
    200,
    &[],
);
/// How much the backups of each server take (5.11, 69).
pub const STORAGE_USAGE: Operation =
    operation("cbr.storage.usage", Get, "/storage_usage", 200, &[]);
/// Projects of the account in this region (5.11, 70).
pub const REGION_PROJECTS: Operation = account(
    "cbr-account.projects.of_region",
    Get,
    "/region-projects",
    &[],
);
/// Projects of an account (5.11, 71).
pub const DOMAIN_PROJECTS: Operation = account(
    "cbr-account.projects.of_domain",
    Get,
    "/domain/{domain_name}/projects",
    &[],
);
/// Whose project this is (5.11, 72).
pub const DOMAIN_SHOW: Operation = account(
    "cbr-account.projects.domain",
    Get,
    "/domain/{source_project_id}",
    &[],
);
/// Convert what the project has in CSBS (5.12, 73).
pub const MIGRATION_START: Operation = account(
    "cbr-account.migration.start",
    Post,
    "/migrates",
    &[
        "BackupService.4004",
        "BackupService.4005",
        "BackupService.4006",
    ],
);
/// How far the conversion is (5.12, 74).
pub const MIGRATION_SHOW: Operation = account(
    "cbr-account.migration.show",
    Get,
    "/migrates",
    &["BackupService.4001", "BackupService.4007"],
);

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn the_service_has_the_74_operations_of_its_reference() {
        let of = |service| ALL.iter().filter(|o| o.service == service).count();
        assert_eq!((of(Service::Cbr), of(Service::CbrAccount)), (69, 5));
    }

    #[test]
    fn fixed_words_win_over_ids() {
        for (method, path, id) in [
            (Method::Get, "/vaults/summary", "cbr.vaults.summary"),
            (
                Method::Put,
                "/vaults/batch-update",
                "cbr.vaults.batch_update",
            ),
            (Method::Post, "/checkpoints/sync", "cbr.checkpoints.sync"),
            (Method::Post, "/backups/sync", "cbr.backups.sync"),
            (Method::Get, "/vault/tags", "cbr.vault_tags.list"),
            (
                Method::Post,
                "/vault/resource_instances/action",
                "cbr.vaults.by_tag",
            ),
        ] {
            assert_eq!(find(Service::Cbr, method, path).unwrap().0.id, id);
        }
    }

    #[test]
    fn every_code_of_the_catalogue_belongs_to_an_operation() {
        use crate::errors::backup_service::TABLE;
        let missing: Vec<_> = TABLE
            .iter()
            .map(|row| format!("BackupService.{:04}", row.number()))
            // These three any operation may answer.
            .filter(|code| {
                ![
                    "BackupService.9900",
                    "BackupService.9910",
                    "BackupService.9998",
                ]
                .contains(&code.as_str())
            })
            .filter(|code| {
                !ALL.iter()
                    .any(|operation| operation.codes.contains(&code.as_str()))
            })
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
