-- Version 8: the roles of groups.

ALTER TABLE groups ADD COLUMN role_arn TEXT;
