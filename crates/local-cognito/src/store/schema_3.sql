-- Version 3: refresh tokens that were replaced by newer ones of their session.

CREATE TABLE rotated_tokens (
    refresh_token_hash BLOB PRIMARY KEY,
    event_id           TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    good_until_s       INTEGER NOT NULL   -- a client that missed the answer may ask again until then
) STRICT;
CREATE INDEX rotated_tokens_of_session ON rotated_tokens (event_id);
