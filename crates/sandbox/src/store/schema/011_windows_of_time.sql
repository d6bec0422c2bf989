-- A server's sources are found by its id alone, and the order of time says everything that what was made
-- in some days can be sorted by, so that a window of time is sorted without reading its backups.

CREATE INDEX sources_by_server ON sources (server_id);
DROP INDEX backups_by_time;
CREATE INDEX backups_by_time ON backups (project, created_at, seq, status, source, name, updated_at, protected_at);
DROP INDEX cbr_backups_by_time;
CREATE INDEX cbr_backups_by_time ON cbr_backups
    (project, created_at, seq, vault, status, resource_id, name, updated_at, protected_at);
