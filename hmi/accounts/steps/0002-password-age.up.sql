-- Since when a person has this password: whoever looks after the accounts must be able to see its
-- age. Empty: not known, since it is from before this was kept.
ALTER TABLE accounts ADD COLUMN password_utc TEXT NOT NULL DEFAULT '';
