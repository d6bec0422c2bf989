-- Accounts (kept by a reset), the clock, and the servers and volumes of a world.
-- Instants are microseconds since 1970-01-01T00:00:00 UTC, booleans 0 or 1, sizes in the unit of the column name.

CREATE TABLE domains (
    id TEXT PRIMARY KEY,                        -- 32 hex
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE projects (
    id TEXT PRIMARY KEY,                        -- 32 hex
    domain_id TEXT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    region TEXT NOT NULL,
    UNIQUE (domain_id, name)
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY,                        -- 32 hex
    domain_id TEXT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    password_salt BLOB NOT NULL,
    password_hash BLOB NOT NULL,
    UNIQUE (domain_id, name)
) STRICT;

CREATE TABLE grants (                           -- which user may enter which project
    user_id TEXT NOT NULL REFERENCES users (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    PRIMARY KEY (user_id, project_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_keys (                      -- AK/SK pairs; temporary ones have a token and an end
    access TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    security_token TEXT,
    expires_at INTEGER                          -- on the session clock, see clock.rs
) STRICT;

CREATE TABLE tokens (
    hash BLOB PRIMARY KEY,                      -- SHA-256 of the token
    user_id TEXT NOT NULL REFERENCES users (id),
    project_id TEXT REFERENCES projects (id),   -- exactly one of project and domain is the scope
    domain_id TEXT REFERENCES domains (id),
    methods TEXT NOT NULL,                      -- comma separated
    issued_at INTEGER NOT NULL,                 -- on the session clock
    expires_at INTEGER NOT NULL                 -- on the session clock
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE clock (                            -- one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    virtual_at INTEGER NOT NULL,                -- what the virtual clock showed …
    real_at INTEGER NOT NULL,                   -- … when the machine's clock showed this
    rate INTEGER NOT NULL,                      -- virtual seconds per real second
    jumped INTEGER NOT NULL                     -- microseconds it was advanced by hand, in all
) STRICT;

CREATE TABLE servers (
    id TEXT PRIMARY KEY,                        -- UUID
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT 'ecs' CHECK (kind IN ('ecs', 'bms')),
    status TEXT NOT NULL,                       -- ACTIVE, SHUTOFF … (compute-and-volumes: server states)
    task_state TEXT,                            -- what the service is doing with it, NULL when nothing
    availability_zone TEXT NOT NULL,
    flavor_id TEXT NOT NULL,
    vcpus INTEGER NOT NULL,
    ram_mb INTEGER NOT NULL,
    image_id TEXT NOT NULL,
    image_name TEXT NOT NULL,
    image_type TEXT NOT NULL DEFAULT 'gold',    -- gold, private, shared, market
    os_type TEXT NOT NULL DEFAULT 'Linux',
    vpc_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    key_name TEXT,
    locked INTEGER NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT '[]',            -- JSON array of strings, `key=value` or `key`
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX servers_of_project ON servers (project_id, created_at DESC, id DESC);

CREATE TABLE server_addresses (
    port_id TEXT NOT NULL,                      -- UUID; a floating address shares it with its fixed one
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    network_id TEXT NOT NULL,
    mac TEXT NOT NULL,
    address TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 4,
    kind TEXT NOT NULL DEFAULT 'fixed' CHECK (kind IN ('fixed', 'floating')),
    PRIMARY KEY (server_id, network_id, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE volumes (
    id TEXT PRIMARY KEY,                        -- UUID
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    description TEXT,
    size_gb INTEGER NOT NULL,
    status TEXT NOT NULL,                       -- in-use, available, restoring-backup …
    bootable INTEGER NOT NULL DEFAULT 0,        -- made from an image; the attachment's boot_index says whether it is the system disk
    multiattach INTEGER NOT NULL DEFAULT 0,     -- a shared disk
    availability_zone TEXT NOT NULL,
    volume_type TEXT NOT NULL,                  -- SSD, SAS, SATA, …
    service_type TEXT NOT NULL DEFAULT 'EVS',   -- DSS, DESS: dedicated storage
    dedicated_storage_id TEXT,
    dedicated_storage_name TEXT,
    scsi INTEGER NOT NULL DEFAULT 0,
    encrypted INTEGER NOT NULL DEFAULT 0,
    wwn TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX volumes_of_project ON volumes (project_id, created_at DESC, id DESC);

CREATE TABLE attachments (
    id TEXT PRIMARY KEY,                        -- UUID
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    volume_id TEXT NOT NULL REFERENCES volumes (id) ON DELETE CASCADE,
    device TEXT NOT NULL,                       -- /dev/vda
    boot_index INTEGER NOT NULL,                -- 0 is the system disk
    pci_address TEXT NOT NULL DEFAULT '',
    attached_at INTEGER NOT NULL,
    UNIQUE (server_id, volume_id),
    UNIQUE (server_id, device)
) STRICT;
CREATE INDEX attachments_of_volume ON attachments (volume_id);
