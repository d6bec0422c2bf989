-- The orders of a list say of each backup what it is mostly filtered by, so that looking for the few
-- that match among many does not have to read each one.

DROP INDEX backups_by_name;
DROP INDEX backups_by_update;
DROP INDEX backups_by_end;
CREATE INDEX backups_by_name ON backups (project, name, seq, source, status);
CREATE INDEX backups_by_update ON backups (project, updated_at, seq, source, status);
CREATE INDEX backups_by_end ON backups (project, protected_at, seq, source, status);
