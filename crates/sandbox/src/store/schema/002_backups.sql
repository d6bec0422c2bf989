-- Policies, backups, restores, deletions and the jobs that drive them.
-- Instants are microseconds since 1970-01-01T00:00:00 UTC, booleans 0 or 1, JSON in TEXT columns says so.

CREATE TABLE tenants (                          -- a short number for each project, and what its backups add up to
    no INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL UNIQUE REFERENCES projects (id),
    backups INTEGER NOT NULL DEFAULT 0,         -- kept by the triggers below
    backups_mb INTEGER NOT NULL DEFAULT 0,
    quota_backups INTEGER NOT NULL DEFAULT 600, -- -1 is unlimited
    quota_gb INTEGER NOT NULL DEFAULT -1
) STRICT;
INSERT INTO tenants (project_id) SELECT id FROM projects ORDER BY rowid;
CREATE TRIGGER projects_have_a_number AFTER INSERT ON projects BEGIN
    INSERT INTO tenants (project_id) VALUES (new.id);
END;

CREATE TABLE policies (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    project INTEGER NOT NULL REFERENCES tenants (no),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    operation_id TEXT NOT NULL,                 -- of its one scheduled operation
    operation_name TEXT NOT NULL,
    operation_description TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    trigger_id TEXT NOT NULL,
    pattern TEXT NOT NULL,                      -- verbatim
    start_at INTEGER NOT NULL,                  -- anchor of "every N days"
    definition TEXT NOT NULL,                   -- JSON: the members of operation_definition that were set
    parameters TEXT NOT NULL,                   -- JSON
    tags TEXT NOT NULL DEFAULT '[]',            -- JSON: [{"key", "value"}]
    UNIQUE (project, name)
) STRICT;
CREATE INDEX policies_by_time ON policies (project, created_at, no);

CREATE TABLE policy_servers (                   -- servers of a policy, in the order they were given
    policy_no INTEGER NOT NULL REFERENCES policies (no) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    server_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    extra TEXT NOT NULL,                        -- JSON, as it came
    PRIMARY KEY (policy_no, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX policy_servers_by_server ON policy_servers (server_id);

CREATE TABLE sources (                          -- a server as it was when it was backed up
    no INTEGER PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES tenants (no),
    server_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    private_ip TEXT NOT NULL,
    eip TEXT NOT NULL,
    data TEXT NOT NULL,                         -- JSON: backup_data
    volumes TEXT NOT NULL,                      -- JSON: [[volume id, name, GB, system disk]]
    backups INTEGER NOT NULL DEFAULT 0,         -- kept by the triggers below
    UNIQUE (project, server_id, kind, name, zone, private_ip, eip, data, volumes)
) STRICT;

CREATE TABLE checkpoints (                      -- backups that were made together
    id TEXT PRIMARY KEY,                        -- UUID
    project INTEGER NOT NULL REFERENCES tenants (no),
    policy_id TEXT,                             -- NULL for one-off backups; may name a policy that is gone
    automatic INTEGER NOT NULL,                 -- made by the scheduler
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE backups (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,                           -- UUID; backups_by_id below
    project INTEGER NOT NULL REFERENCES tenants (no),
    source INTEGER NOT NULL REFERENCES sources (no),
    checkpoint_id TEXT NOT NULL,
    policy_id TEXT,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,                       -- csbs-v1 6.1
    automatic INTEGER NOT NULL,
    incremental INTEGER NOT NULL,
    image_type TEXT NOT NULL DEFAULT 'backup',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    finished_at INTEGER,
    protected_at INTEGER NOT NULL,              -- finished_at, before that created_at
    busy_since INTEGER,                         -- of what is going on now; progress lies between the two
    busy_until INTEGER,
    progress INTEGER NOT NULL DEFAULT 100,      -- while nothing is going on
    size_mb INTEGER NOT NULL,                   -- what it takes when it is done
    speed_kbs INTEGER NOT NULL DEFAULT 0,
    saving INTEGER NOT NULL DEFAULT 0,          -- percent
    restore_mode TEXT NOT NULL DEFAULT 'backup',
    fail_op TEXT NOT NULL DEFAULT '',
    fail_code TEXT NOT NULL DEFAULT '',
    fail_reason TEXT NOT NULL DEFAULT '',
    image_id TEXT,                              -- the image made from it
    task_id TEXT NOT NULL,
    disks TEXT NOT NULL,                        -- JSON: [[disk backup id, MB]], in the order of the source's volumes
    tags TEXT NOT NULL DEFAULT '[]'             -- JSON: [{"key", "value"}]
) STRICT;
CREATE TRIGGER backups_count_in AFTER INSERT ON backups BEGIN
    UPDATE tenants SET backups = backups + 1, backups_mb = backups_mb + new.size_mb WHERE no = new.project;
    UPDATE sources SET backups = backups + 1 WHERE no = new.source;
END;
CREATE TRIGGER backups_count_out AFTER DELETE ON backups BEGIN
    UPDATE tenants SET backups = backups - 1, backups_mb = backups_mb - old.size_mb WHERE no = old.project;
    UPDATE sources SET backups = backups - 1 WHERE no = old.source;
END;
CREATE TRIGGER backups_count_size AFTER UPDATE OF size_mb ON backups BEGIN
    UPDATE tenants SET backups_mb = backups_mb + new.size_mb - old.size_mb WHERE no = new.project;
END;

CREATE UNIQUE INDEX backups_by_id ON backups (id);
CREATE INDEX backups_by_time ON backups (project, created_at, seq, status, source, name);
CREATE INDEX backups_by_status ON backups (project, status, created_at, seq);
CREATE INDEX backups_by_source ON backups (source, created_at, seq, status);
CREATE INDEX backups_by_policy ON backups (policy_id, created_at, seq) WHERE policy_id IS NOT NULL;
CREATE INDEX backups_failed ON backups (policy_id, created_at, seq) WHERE status = 'error';
CREATE INDEX backups_by_checkpoint ON backups (checkpoint_id);
CREATE INDEX backups_by_name ON backups (project, name, seq);
CREATE INDEX backups_by_update ON backups (project, updated_at, seq);
CREATE INDEX backups_by_end ON backups (project, protected_at, seq);
CREATE INDEX backups_with_tags ON backups (project, created_at, seq) WHERE tags <> '[]';

CREATE TABLE deletions (                        -- first come, first served; at most five of a project run
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES tenants (no),
    backup INTEGER NOT NULL UNIQUE REFERENCES backups (seq) ON DELETE CASCADE,
    running INTEGER NOT NULL,
    fail_code TEXT                              -- how it will fail, NULL when it will not
) STRICT;
CREATE INDEX deletions_of_project ON deletions (project, running, no);

CREATE TABLE restores (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    project INTEGER NOT NULL REFERENCES tenants (no),
    checkpoint_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    server_id TEXT NOT NULL,
    power_on INTEGER NOT NULL,
    target TEXT NOT NULL,
    parameters TEXT NOT NULL,                   -- JSON, as they were sent
    status TEXT NOT NULL,                       -- in_progress, success, fail
    reason TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX restores_of_project ON restores (project, created_at, no);

CREATE TABLE jobs (                             -- what will happen, when; done in the order (due_at, no)
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    due_at INTEGER NOT NULL,
    kind TEXT NOT NULL,                         -- run, backup, restore, deletion, sweep
    subject INTEGER NOT NULL,                   -- policies.no, backups.seq, restores.no, deletions.no, 0
    fail_code TEXT,                             -- how it will fail, NULL when it will not
    UNIQUE (kind, subject)
) STRICT;
CREATE INDEX jobs_by_time ON jobs (due_at, no);
