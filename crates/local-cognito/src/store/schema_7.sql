-- Version 7: codes that a sign-in of somebody unknown pretends to have sent.

CREATE TABLE hidden_codes (
    sub            TEXT NOT NULL,         -- a made-up one
    purpose        TEXT NOT NULL,         -- this and the rest as in codes
    expires_at_s   INTEGER NOT NULL,
    wrong_attempts INTEGER NOT NULL,
    sent           INTEGER NOT NULL,
    window_from_s  INTEGER NOT NULL,
    PRIMARY KEY (sub, purpose)
) STRICT;
