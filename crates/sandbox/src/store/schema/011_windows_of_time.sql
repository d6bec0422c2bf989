-- A server's sources are found by its id alone. The orders of time and of state say everything that backups
-- can be sorted by, so that those of some days or of one state are sorted without being read; and where only
-- their number is asked for, a narrow order of time is counted.

CREATE INDEX sources_by_server ON sources (server_id);
DROP INDEX backups_by_time;
DROP INDEX backups_by_status;
CREATE INDEX backups_by_time ON backups (project, created_at, seq, status, source, name, updated_at, protected_at);
CREATE INDEX backups_by_status ON backups (project, status, created_at, seq, source, name, updated_at, protected_at);
DROP INDEX cbr_backups_by_time;
DROP INDEX cbr_backups_by_status;
CREATE INDEX cbr_backups_by_time ON cbr_backups
    (project, created_at, seq, vault, status, resource_id, name, updated_at, protected_at);
CREATE INDEX cbr_backups_by_status ON cbr_backups
    (project, status, created_at, seq, vault, resource_id, name, updated_at, protected_at);
CREATE INDEX cbr_backups_in_time ON cbr_backups (project, created_at);
