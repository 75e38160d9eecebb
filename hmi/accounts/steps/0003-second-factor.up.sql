-- The second factor of a person (RFC 6238): its secret in base32, since when they have it, and the
-- newest time step whose code was used. NULL: none. The secret cannot be a hash, since codes are
-- made of it.
ALTER TABLE accounts ADD COLUMN factor TEXT;
ALTER TABLE accounts ADD COLUMN factor_utc TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN factor_step INTEGER NOT NULL DEFAULT 0;
