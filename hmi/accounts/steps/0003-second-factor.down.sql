ALTER TABLE accounts DROP COLUMN factor_step;
ALTER TABLE accounts DROP COLUMN factor_utc;
ALTER TABLE accounts DROP COLUMN factor;
