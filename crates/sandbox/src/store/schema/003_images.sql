-- Images made from backups, and the jobs that make them (the image service calls both by their own ids).

CREATE TABLE images (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,                    -- UUID
    job_id TEXT NOT NULL UNIQUE,                -- 32 hex
    project INTEGER NOT NULL REFERENCES tenants (no),
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT 'CSBS',        -- generation of the backup
    backup_id TEXT NOT NULL,                    -- the backup may be gone
    os_type TEXT NOT NULL,
    min_disk_gb INTEGER NOT NULL,               -- size of the system disk
    min_ram_mb INTEGER NOT NULL DEFAULT 0,
    max_ram_mb INTEGER,                         -- NULL is no limit
    tags TEXT NOT NULL DEFAULT '[]',            -- JSON array of strings
    status TEXT NOT NULL,                       -- saving, active, killed, deleted
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    busy_until INTEGER NOT NULL,                -- when it was or will be made
    finished_at INTEGER,                        -- of the job
    fail_code TEXT NOT NULL DEFAULT '',
    fail_reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX images_of_project ON images (project, created_at, no);
CREATE INDEX images_of_backup ON images (backup_id);

-- Images of older worlds were only an id on their backup.
INSERT OR IGNORE INTO images (id, job_id, project, name, backup_id, os_type, min_disk_gb, status, created_at, updated_at,
    busy_until, finished_at)
SELECT b.image_id, lower(hex(randomblob(16))), b.project, 'image-of-' || b.name, b.id,
    ifnull((SELECT v.os_type FROM servers v WHERE v.id = s.server_id), 'Linux'), 40, 'active', b.updated_at, b.updated_at,
    b.updated_at, b.updated_at
FROM backups b JOIN sources s ON s.no = b.source WHERE b.image_id IS NOT NULL;
