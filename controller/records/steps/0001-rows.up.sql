PRAGMA application_id = 0x424C444D;  -- "BLDM"
CREATE TABLE ev (
  seq INTEGER PRIMARY KEY,
  batch TEXT NOT NULL,
  kind TEXT NOT NULL,
  utc TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  boot TEXT NOT NULL,
  run TEXT NOT NULL,
  process_s REAL NOT NULL,
  text TEXT NOT NULL,
  data TEXT NOT NULL,
  prev BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX ev_batch ON ev (batch, seq);
CREATE INDEX ev_kind ON ev (kind, seq);
CREATE TRIGGER ev_kept BEFORE UPDATE ON ev
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER ev_stays BEFORE DELETE ON ev
  BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER ev_follows BEFORE INSERT ON ev
  WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ev)
  BEGIN SELECT RAISE(ABORT, 'the record has no gaps'); END;
-- The only row that changes: until when the writer was alive. It is not part of the chain.
CREATE TABLE alive (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  utc TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  boot TEXT NOT NULL
) STRICT;
