-- Version 5: what a sign-in by the sign-in page was for.

ALTER TABLE sessions ADD COLUMN scope TEXT;   -- OAuth scopes with blanks between; NULL for a sign-in by the API
