-- Version 2: operators, software tokens, limits on guessing, a change of e-mail under way.

ALTER TABLE users ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN temporary_until_s INTEGER;   -- when a temporary password ends; NULL for one's own
ALTER TABLE users ADD COLUMN pending_email TEXT;          -- the new address until its code comes back

ALTER TABLE groups ADD COLUMN description TEXT;
ALTER TABLE groups ADD COLUMN precedence INTEGER;
ALTER TABLE groups ADD COLUMN created_at_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE groups ADD COLUMN modified_at_s INTEGER NOT NULL DEFAULT 0;
UPDATE groups SET created_at_s = unixepoch(), modified_at_s = unixepoch();

CREATE TABLE failed_attempts (
    who               TEXT NOT NULL,     -- a sub, also the made-up one of somebody unknown
    kind              TEXT NOT NULL,     -- password · software_token
    failures          INTEGER NOT NULL,
    last_failed_at_ms INTEGER NOT NULL,
    locked_until_ms   INTEGER NOT NULL,
    PRIMARY KEY (who, kind)
) STRICT;

CREATE TABLE software_tokens (
    sub            TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret         BLOB,                 -- what is in the user's app, once a code has shown it
    pending_secret BLOB,                 -- a new one until then
    is_enabled     INTEGER NOT NULL,     -- asked for at sign-in
    is_preferred   INTEGER NOT NULL,
    friendly_name  TEXT NOT NULL,
    last_step      INTEGER NOT NULL      -- the 30 s step of the newest code that was taken
) STRICT;
