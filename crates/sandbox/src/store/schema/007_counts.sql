-- What lists of a million backups are counted and found by: every name once with how many have it, and how
-- many backups of vaults there are of each kind. All of it is kept by triggers; world/mod.rs rebuilds it.

CREATE TABLE backup_name_counts (
    project INTEGER NOT NULL,
    name TEXT NOT NULL,
    backups INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;
INSERT INTO backup_name_counts SELECT project, name, count(*) FROM backups GROUP BY project, name;
CREATE TRIGGER backups_name_counted_in AFTER INSERT ON backups BEGIN
    INSERT INTO backup_name_counts VALUES (new.project, new.name, 1)
        ON CONFLICT DO UPDATE SET backups = backups + 1;
END;
CREATE TRIGGER backups_name_counted_out AFTER DELETE ON backups BEGIN
    UPDATE backup_name_counts SET backups = backups - 1 WHERE project = old.project AND name = old.name;
    DELETE FROM backup_name_counts WHERE project = old.project AND name = old.name AND backups <= 0;
END;
CREATE TRIGGER backups_name_counted_other AFTER UPDATE OF name ON backups BEGIN
    UPDATE backup_name_counts SET backups = backups - 1 WHERE project = old.project AND name = old.name;
    DELETE FROM backup_name_counts WHERE project = old.project AND name = old.name AND backups <= 0;
    INSERT INTO backup_name_counts VALUES (new.project, new.name, 1)
        ON CONFLICT DO UPDATE SET backups = backups + 1;
END;

CREATE TABLE cbr_name_counts (
    project INTEGER NOT NULL,
    name TEXT NOT NULL,
    backups INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;
INSERT INTO cbr_name_counts SELECT project, name, count(*) FROM cbr_backups GROUP BY project, name;

CREATE TABLE cbr_tallies (                      -- what most filters are about
    project INTEGER NOT NULL,
    vault INTEGER NOT NULL,
    resource_id TEXT NOT NULL,
    resource_kind TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    resource_zone TEXT NOT NULL,
    image_type TEXT NOT NULL,
    status TEXT NOT NULL,
    incremental INTEGER NOT NULL,
    backups INTEGER NOT NULL,
    PRIMARY KEY (project, vault, resource_id, resource_kind, resource_name, resource_zone, image_type, status,
        incremental)
) STRICT, WITHOUT ROWID;
INSERT INTO cbr_tallies
    SELECT project, vault, resource_id, resource_kind, resource_name, resource_zone, image_type, status, incremental,
        count(*)
    FROM cbr_backups GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

CREATE TRIGGER cbr_backups_tallied_in AFTER INSERT ON cbr_backups BEGIN
    INSERT INTO cbr_name_counts VALUES (new.project, new.name, 1) ON CONFLICT DO UPDATE SET backups = backups + 1;
    INSERT INTO cbr_tallies VALUES (new.project, new.vault, new.resource_id, new.resource_kind, new.resource_name,
        new.resource_zone, new.image_type, new.status, new.incremental, 1)
        ON CONFLICT DO UPDATE SET backups = backups + 1;
END;
CREATE TRIGGER cbr_backups_tallied_out AFTER DELETE ON cbr_backups BEGIN
    UPDATE cbr_name_counts SET backups = backups - 1 WHERE project = old.project AND name = old.name;
    DELETE FROM cbr_name_counts WHERE project = old.project AND name = old.name AND backups <= 0;
    UPDATE cbr_tallies SET backups = backups - 1 WHERE project = old.project AND vault = old.vault
        AND resource_id = old.resource_id AND resource_kind = old.resource_kind
        AND resource_name = old.resource_name AND resource_zone = old.resource_zone
        AND image_type = old.image_type AND status = old.status AND incremental = old.incremental;
    DELETE FROM cbr_tallies WHERE project = old.project AND vault = old.vault AND resource_id = old.resource_id
        AND backups <= 0;
END;
CREATE TRIGGER cbr_backups_tallied_other AFTER UPDATE OF project, vault, name, resource_id, resource_kind,
    resource_name, resource_zone, image_type, status, incremental ON cbr_backups BEGIN
    UPDATE cbr_name_counts SET backups = backups - 1 WHERE project = old.project AND name = old.name;
    DELETE FROM cbr_name_counts WHERE project = old.project AND name = old.name AND backups <= 0;
    UPDATE cbr_tallies SET backups = backups - 1 WHERE project = old.project AND vault = old.vault
        AND resource_id = old.resource_id AND resource_kind = old.resource_kind
        AND resource_name = old.resource_name AND resource_zone = old.resource_zone
        AND image_type = old.image_type AND status = old.status AND incremental = old.incremental;
    DELETE FROM cbr_tallies WHERE project = old.project AND vault = old.vault AND resource_id = old.resource_id
        AND backups <= 0;
    INSERT INTO cbr_name_counts VALUES (new.project, new.name, 1) ON CONFLICT DO UPDATE SET backups = backups + 1;
    INSERT INTO cbr_tallies VALUES (new.project, new.vault, new.resource_id, new.resource_kind, new.resource_name,
        new.resource_zone, new.image_type, new.status, new.incremental, 1)
        ON CONFLICT DO UPDATE SET backups = backups + 1;
END;

-- Every order a list can have says of each backup what it is mostly filtered by.
DROP INDEX backups_by_update;
DROP INDEX backups_by_end;
CREATE INDEX backups_by_update ON backups (project, updated_at, seq, source, status, name);
CREATE INDEX backups_by_end ON backups (project, protected_at, seq, source, status, name);
DROP INDEX cbr_backups_by_time;
DROP INDEX cbr_backups_by_status;
DROP INDEX cbr_backups_of_resource;
DROP INDEX cbr_backups_of_vault;
CREATE INDEX cbr_backups_by_time ON cbr_backups (project, created_at, seq, vault, status, resource_id, name);
CREATE INDEX cbr_backups_by_status ON cbr_backups (project, status, created_at, seq, vault, resource_id, name);
CREATE INDEX cbr_backups_by_name ON cbr_backups (project, name, seq, vault, status, resource_id);
CREATE INDEX cbr_backups_by_update ON cbr_backups (project, updated_at, seq, vault, status, resource_id, name);
CREATE INDEX cbr_backups_by_moment ON cbr_backups (project, protected_at, seq, vault, status, resource_id, name);
CREATE INDEX cbr_backups_of_resource ON cbr_backups (resource_id, created_at, seq, vault, status, name, project);
CREATE INDEX cbr_backups_of_vault ON cbr_backups (vault, created_at, seq, status, resource_id, name, project);
CREATE INDEX cbr_backups_by_size ON cbr_backups (vault, size_mb);

-- Disk backups in the order they were made in, so that making very many of them is no search for each one's place.
CREATE TABLE cbr_disks_in_order (
    id TEXT NOT NULL,                           -- UUID; cbr_disks_by_id below
    backup INTEGER NOT NULL REFERENCES cbr_backups (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    volume_id TEXT NOT NULL,
    volume_name TEXT NOT NULL,
    size_gb INTEGER NOT NULL,
    size_mb INTEGER NOT NULL,
    system INTEGER NOT NULL,
    encrypted INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO cbr_disks_in_order
    SELECT id, backup, position, volume_id, volume_name, size_gb, size_mb, system, encrypted FROM cbr_disks
    ORDER BY backup, position;
DROP TABLE cbr_disks;
ALTER TABLE cbr_disks_in_order RENAME TO cbr_disks;
CREATE UNIQUE INDEX cbr_disks_by_id ON cbr_disks (id);
CREATE INDEX cbr_disks_of_backup ON cbr_disks (backup, position);
