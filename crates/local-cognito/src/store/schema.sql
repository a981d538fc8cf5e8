-- Version 1. Times are epoch seconds, or milliseconds where the name ends in _ms.

CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,      -- signing_key (PKCS#1 DER) · hidden_users (seed of fake challenges)
    value BLOB NOT NULL
) STRICT;

CREATE TABLE users (
    sub           TEXT PRIMARY KEY,
    sign_in_name  TEXT NOT NULL UNIQUE,   -- the e-mail in lower case
    status        TEXT NOT NULL,          -- UNCONFIRMED · CONFIRMED
    salt          BLOB NOT NULL,
    verifier      BLOB NOT NULL,          -- SRP's v; the password itself is nowhere
    attributes    TEXT NOT NULL,          -- JSON object of strings, without sub
    created_at_s  INTEGER NOT NULL,
    modified_at_s INTEGER NOT NULL
) STRICT;

CREATE TABLE codes (
    sub            TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose        TEXT NOT NULL,         -- sign_up · reset_password
    code           TEXT,                  -- NULL once used
    expires_at_s   INTEGER NOT NULL,
    wrong_attempts INTEGER NOT NULL,
    sent           INTEGER NOT NULL,      -- since window_from_s
    window_from_s  INTEGER NOT NULL,
    PRIMARY KEY (sub, purpose)
) STRICT;

-- A session is one sign-in: its refresh token and every access and id token made from it share event_id.
CREATE TABLE sessions (
    event_id           TEXT PRIMARY KEY,
    origin_jti         TEXT NOT NULL,
    sub                TEXT NOT NULL,     -- no reference: revocation outlives the user
    client_id          TEXT NOT NULL,
    refresh_token_hash BLOB NOT NULL UNIQUE,
    auth_time_s        INTEGER NOT NULL,
    expires_at_s       INTEGER NOT NULL,
    revoked            INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_of_user ON sessions (sub);

CREATE TABLE groups (name TEXT PRIMARY KEY) STRICT;

CREATE TABLE group_members (
    sub        TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    group_name TEXT NOT NULL REFERENCES groups ON DELETE CASCADE,
    PRIMARY KEY (sub, group_name)
) STRICT;

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY,
    recipient  TEXT NOT NULL COLLATE NOCASE,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    code       TEXT NOT NULL,
    text       TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_of_recipient ON outbox (recipient, id);

CREATE TABLE identities (
    identity_id   TEXT PRIMARY KEY,
    provider_name TEXT,                   -- NULL, like sub, for a guest
    sub           TEXT,
    UNIQUE (provider_name, sub)
) STRICT;

CREATE TABLE credentials (
    access_key_id     TEXT PRIMARY KEY,
    secret_access_key TEXT NOT NULL,
    session_token     TEXT NOT NULL,
    identity_id       TEXT NOT NULL,
    provider_name     TEXT,
    sub               TEXT,
    expires_at_s      INTEGER NOT NULL
) STRICT;
