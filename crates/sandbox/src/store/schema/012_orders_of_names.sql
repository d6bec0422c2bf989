-- The orders of names say everything that backups can be sorted by, as those of time and state do: backups with some
-- names are sorted without being read.

DROP INDEX backups_by_name;
CREATE INDEX backups_by_name ON backups (project, name, seq, source, status, created_at, updated_at, protected_at);
DROP INDEX cbr_backups_by_name;
CREATE INDEX cbr_backups_by_name ON cbr_backups
    (project, name, seq, vault, status, resource_id, created_at, updated_at, protected_at);
