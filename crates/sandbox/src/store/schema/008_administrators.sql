-- Who administers the account, and may therefore see every project's backups in one list.

ALTER TABLE users ADD COLUMN admin INTEGER NOT NULL DEFAULT 0;
