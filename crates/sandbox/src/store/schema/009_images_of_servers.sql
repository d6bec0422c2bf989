-- Images that were made straight from servers, backed up for it.

ALTER TABLE images ADD COLUMN from_server INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cbr_members_with_image ON cbr_members (image_id) WHERE image_id IS NOT NULL;
CREATE INDEX backups_with_image ON backups (image_id) WHERE image_id IS NOT NULL;
CREATE INDEX cbr_backups_with_image ON cbr_backups (image_id) WHERE image_id IS NOT NULL;
