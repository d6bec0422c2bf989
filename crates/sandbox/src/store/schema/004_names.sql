-- Parts of backup names, so that a search for a rare part need not look through all of them.
-- Every three characters in a row are a term; case counts, as it does in the filter.

CREATE VIRTUAL TABLE backup_names USING fts5 (
    name, content = 'backups', content_rowid = 'seq', detail = 'none', columnsize = 0,
    tokenize = 'trigram case_sensitive 1'
);
INSERT INTO backup_names (backup_names) VALUES ('rebuild');
CREATE TRIGGER backups_name_in AFTER INSERT ON backups BEGIN
    INSERT INTO backup_names (rowid, name) VALUES (new.seq, new.name);
END;
CREATE TRIGGER backups_name_out AFTER DELETE ON backups BEGIN
    INSERT INTO backup_names (backup_names, rowid, name) VALUES ('delete', old.seq, old.name);
END;
CREATE TRIGGER backups_name_other AFTER UPDATE OF name ON backups BEGIN
    INSERT INTO backup_names (backup_names, rowid, name) VALUES ('delete', old.seq, old.name);
    INSERT INTO backup_names (rowid, name) VALUES (new.seq, new.name);
END;
