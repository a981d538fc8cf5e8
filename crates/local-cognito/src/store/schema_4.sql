-- Version 4: remembered devices.

CREATE TABLE devices (
    device_key              TEXT PRIMARY KEY,
    sub                     TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    group_key               TEXT NOT NULL,
    name                    TEXT NOT NULL,
    salt                    BLOB,             -- like the verifier NULL until ConfirmDevice
    verifier                BLOB,
    is_remembered           INTEGER NOT NULL,
    created_at_s            INTEGER NOT NULL,
    modified_at_s           INTEGER NOT NULL,
    last_authenticated_at_s INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_of_user ON devices (sub, device_key);
