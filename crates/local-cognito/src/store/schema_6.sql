-- Version 6: second factors by message, and users without a password.

ALTER TABLE users ADD COLUMN has_password INTEGER NOT NULL DEFAULT 1;

CREATE TABLE message_mfas (           -- a row: the user wants a code by this medium at sign-in
    sub          TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    factor       TEXT NOT NULL,       -- EMAIL_OTP · SMS_MFA
    is_preferred INTEGER NOT NULL,
    PRIMARY KEY (sub, factor)
) STRICT;
