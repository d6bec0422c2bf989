-- Cloud Backup and Recovery: vaults, what they hold, policies, backups, tasks and what is shared or copied.
-- Instants are microseconds since 1970-01-01T00:00:00 UTC, booleans 0 or 1, JSON in TEXT columns says so.

CREATE TABLE file_systems (
    id TEXT PRIMARY KEY,                        -- UUID
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    size_gb INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'available',   -- available, or anything that forbids backups and restores
    sub_status TEXT NOT NULL DEFAULT '',        -- what the service is doing with it
    availability_zone TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX file_systems_of_project ON file_systems (project_id, created_at DESC, id DESC);

CREATE TABLE cbr_vaults (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    project INTEGER NOT NULL REFERENCES tenants (no),
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    object_type TEXT NOT NULL,                  -- server, disk, turbo …
    protect_type TEXT NOT NULL,                 -- backup, replication, hybrid
    consistent_level TEXT NOT NULL,
    cloud_type TEXT NOT NULL,
    size_gb INTEGER NOT NULL,
    used_mb INTEGER NOT NULL DEFAULT 0,         -- kept by the triggers below
    status TEXT NOT NULL DEFAULT 'available',   -- available, lock, frozen, deleting, error
    multi_az INTEGER NOT NULL DEFAULT 0,
    auto_bind INTEGER NOT NULL DEFAULT 0,
    bind_rules TEXT NOT NULL DEFAULT '[]',      -- JSON: [{"key", "value"}]
    auto_expand INTEGER NOT NULL DEFAULT 0,
    smn_notify INTEGER NOT NULL DEFAULT 1,
    threshold INTEGER NOT NULL DEFAULT 80,      -- percent
    locked INTEGER NOT NULL DEFAULT 0,
    zone TEXT NOT NULL DEFAULT '',
    name_prefix TEXT NOT NULL DEFAULT '',
    demand_billing INTEGER NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT '[]'             -- JSON: [{"key", "value"}]
) STRICT;
CREATE INDEX cbr_vaults_by_time ON cbr_vaults (project, created_at, no);

CREATE TABLE cbr_resources (                    -- what a vault backs up; a resource is in one vault
    no INTEGER PRIMARY KEY,
    vault INTEGER NOT NULL REFERENCES cbr_vaults (no) ON DELETE CASCADE,
    resource_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    size_gb INTEGER NOT NULL,                   -- without what is left out
    excluded TEXT NOT NULL DEFAULT '[]',        -- JSON: volume ids
    suspended INTEGER NOT NULL DEFAULT 0,       -- left out of scheduled backups
    bound INTEGER NOT NULL DEFAULT 0,           -- taken in by its tags
    backups INTEGER NOT NULL DEFAULT 0,         -- kept by the triggers below
    backups_mb INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX cbr_resources_of_vault ON cbr_resources (vault, no);

CREATE TABLE cbr_policies (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    project INTEGER NOT NULL REFERENCES tenants (no),
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    operation_type TEXT NOT NULL,               -- backup, replication
    policy_type TEXT NOT NULL DEFAULT 'custom_policy',
    trigger_id TEXT NOT NULL,
    pattern TEXT NOT NULL,                      -- JSON: the rules
    window_minutes INTEGER,
    start_at INTEGER NOT NULL,                  -- anchor of "every N days"
    definition TEXT NOT NULL,                   -- JSON: what was sent
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX cbr_policies_by_time ON cbr_policies (project, created_at, no);

CREATE TABLE cbr_vault_policies (               -- policies applied to vaults, one of each kind
    vault INTEGER NOT NULL REFERENCES cbr_vaults (no) ON DELETE CASCADE,
    operation_type TEXT NOT NULL,
    policy INTEGER NOT NULL REFERENCES cbr_policies (no) ON DELETE CASCADE,
    destination_vault_id TEXT NOT NULL DEFAULT '',
    runs INTEGER NOT NULL DEFAULT 0,            -- since the last full backup
    PRIMARY KEY (vault, operation_type)
) STRICT, WITHOUT ROWID;
CREATE INDEX cbr_vaults_of_policy ON cbr_vault_policies (policy);

CREATE TABLE cbr_checkpoints (                  -- backups that were made together
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    project INTEGER NOT NULL REFERENCES tenants (no),
    vault_id TEXT NOT NULL,
    vault_name TEXT NOT NULL,
    policy_id TEXT,                             -- may name a policy that is gone
    status TEXT NOT NULL,                       -- protecting, available, error
    name TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    retention_days INTEGER NOT NULL DEFAULT -1,
    created_at INTEGER NOT NULL,
    resources TEXT NOT NULL,                    -- JSON: [{"id", "type", "name", "size"}]
    skipped TEXT NOT NULL                       -- JSON: [{"id", "type", "name", "code", "reason"}]
) STRICT;

CREATE TABLE cbr_backups (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,                           -- UUID; cbr_backups_by_id below
    project INTEGER NOT NULL REFERENCES tenants (no),
    vault INTEGER NOT NULL REFERENCES cbr_vaults (no) ON DELETE CASCADE,
    checkpoint_id TEXT NOT NULL,
    policy_id TEXT,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,                       -- cbr-v3 section 6
    automatic INTEGER NOT NULL,
    incremental INTEGER NOT NULL,
    image_type TEXT NOT NULL DEFAULT 'backup',  -- backup, replication
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    protected_at INTEGER NOT NULL,
    expires_at INTEGER,
    busy_since INTEGER,                         -- of what is going on now; progress lies between the two
    busy_until INTEGER,
    size_mb INTEGER NOT NULL,
    resource_id TEXT NOT NULL,
    resource_kind TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    resource_zone TEXT NOT NULL,
    resource_gb INTEGER NOT NULL,
    source INTEGER REFERENCES sources (no),     -- the server as it was; NULL for anything else
    image_id TEXT                               -- the image made from it
) STRICT;
CREATE UNIQUE INDEX cbr_backups_by_id ON cbr_backups (id);
CREATE INDEX cbr_backups_by_time ON cbr_backups (project, created_at, seq);
CREATE INDEX cbr_backups_by_status ON cbr_backups (project, status, created_at, seq);
CREATE INDEX cbr_backups_of_resource ON cbr_backups (resource_id, created_at, seq);
CREATE INDEX cbr_backups_of_vault ON cbr_backups (vault, created_at, seq);
CREATE INDEX cbr_backups_by_policy ON cbr_backups (policy_id, created_at, seq) WHERE policy_id IS NOT NULL;
CREATE INDEX cbr_backups_by_end ON cbr_backups (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX cbr_backups_by_checkpoint ON cbr_backups (checkpoint_id);
CREATE TRIGGER cbr_backups_count_in AFTER INSERT ON cbr_backups BEGIN
    UPDATE cbr_vaults SET used_mb = used_mb + new.size_mb WHERE no = new.vault;
    UPDATE cbr_resources SET backups = backups + 1, backups_mb = backups_mb + new.size_mb
        WHERE resource_id = new.resource_id AND new.image_type = 'backup';
END;
CREATE TRIGGER cbr_backups_count_out AFTER DELETE ON cbr_backups BEGIN
    UPDATE cbr_vaults SET used_mb = used_mb - old.size_mb WHERE no = old.vault;
    UPDATE cbr_resources SET backups = backups - 1, backups_mb = backups_mb - old.size_mb
        WHERE resource_id = old.resource_id AND old.image_type = 'backup';
    DELETE FROM cbr_checkpoints WHERE id = old.checkpoint_id
        AND NOT EXISTS (SELECT 1 FROM cbr_backups b WHERE b.checkpoint_id = old.checkpoint_id);
END;
CREATE TRIGGER cbr_backups_count_change AFTER UPDATE OF size_mb, vault ON cbr_backups BEGIN
    UPDATE cbr_vaults SET used_mb = used_mb - old.size_mb WHERE no = old.vault;
    UPDATE cbr_vaults SET used_mb = used_mb + new.size_mb WHERE no = new.vault;
    UPDATE cbr_resources SET backups_mb = backups_mb + new.size_mb - old.size_mb
        WHERE resource_id = new.resource_id AND new.image_type = 'backup';
END;

CREATE TABLE cbr_disks (                        -- disk children of server backups
    id TEXT PRIMARY KEY,                        -- UUID
    backup INTEGER NOT NULL REFERENCES cbr_backups (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    volume_id TEXT NOT NULL,
    volume_name TEXT NOT NULL,
    size_gb INTEGER NOT NULL,
    size_mb INTEGER NOT NULL,
    system INTEGER NOT NULL,
    encrypted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX cbr_disks_of_backup ON cbr_disks (backup, position);

CREATE TABLE cbr_members (                      -- backups shared with other projects
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    backup INTEGER NOT NULL REFERENCES cbr_backups (seq) ON DELETE CASCADE,
    receiver INTEGER NOT NULL REFERENCES tenants (no),
    status TEXT NOT NULL,                       -- pending, accepted, rejected
    vault_id TEXT NOT NULL DEFAULT '',
    image_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (backup, receiver)
) STRICT;
CREATE INDEX cbr_members_of_receiver ON cbr_members (receiver, status);

CREATE TABLE cbr_replications (                 -- copies in other regions and projects
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    backup_id TEXT NOT NULL,                    -- what is copied; may be gone
    project INTEGER NOT NULL REFERENCES tenants (no),
    status TEXT NOT NULL,                       -- replicating, success, fail
    automatic INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    busy_until INTEGER NOT NULL,
    source_region TEXT NOT NULL,
    checkpoint_id TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    destination_region TEXT NOT NULL,
    destination INTEGER NOT NULL REFERENCES tenants (no),
    destination_vault_id TEXT NOT NULL,
    destination_backup_id TEXT NOT NULL,
    destination_checkpoint_id TEXT NOT NULL,
    fail_code TEXT NOT NULL DEFAULT '',
    fail_reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX cbr_replications_of_backup ON cbr_replications (backup_id);
CREATE INDEX cbr_replications_of_vault ON cbr_replications (vault_id, status);

CREATE TABLE cbr_tasks (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    project INTEGER NOT NULL REFERENCES tenants (no),
    operation_type TEXT NOT NULL,               -- cbr-v3 section 3
    status TEXT NOT NULL,                       -- waiting, running, success, failed, skipped
    provider_id TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    vault_name TEXT NOT NULL,
    policy_id TEXT,
    checkpoint_id TEXT NOT NULL DEFAULT '',
    resource_id TEXT NOT NULL DEFAULT '',
    resource_kind TEXT NOT NULL DEFAULT '',
    resource_name TEXT NOT NULL DEFAULT '',
    request_id TEXT NOT NULL DEFAULT '',
    backup_id TEXT NOT NULL DEFAULT '',         -- what it makes, restores, deletes or copies
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    busy_until INTEGER,
    progress INTEGER NOT NULL DEFAULT 0,        -- when it ended
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    destination_region TEXT NOT NULL DEFAULT '',
    destination_project_id TEXT NOT NULL DEFAULT '',
    extra TEXT NOT NULL DEFAULT '{}'            -- JSON: the member of its kind in extra_info
) STRICT;
CREATE INDEX cbr_tasks_by_time ON cbr_tasks (project, created_at, no);
CREATE INDEX cbr_tasks_running ON cbr_tasks (vault_id, operation_type) WHERE status = 'running';

CREATE TABLE cbr_agents (
    id TEXT NOT NULL,
    project INTEGER NOT NULL REFERENCES tenants (no),
    host_ip TEXT NOT NULL,
    host_name TEXT NOT NULL,
    host_nickname TEXT NOT NULL,
    host_os TEXT NOT NULL,
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'normal',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    paths TEXT NOT NULL DEFAULT '[]',           -- JSON: as they are shown
    PRIMARY KEY (project, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cbr_organization_policies (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    domain_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    policy TEXT NOT NULL,                       -- JSON: as it is shown
    made TEXT NOT NULL                          -- JSON: [[project id, policy id]]
) STRICT;

CREATE TABLE cbr_migrations (                   -- what was taken over from CSBS, once per project
    project INTEGER PRIMARY KEY REFERENCES tenants (no),
    status TEXT NOT NULL,                       -- migrating, success, failed
    reservation INTEGER NOT NULL,               -- percent
    started_at INTEGER NOT NULL,
    busy_until INTEGER NOT NULL,
    fail_code TEXT NOT NULL DEFAULT '',
    fail_reason TEXT NOT NULL DEFAULT ''
) STRICT;
