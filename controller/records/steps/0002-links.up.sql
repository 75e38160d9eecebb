-- A new row must carry the hash of the row before it, whoever writes it: a second writer, or one
-- with an old head in its memory, cannot fork the chain.
CREATE TRIGGER ev_links BEFORE INSERT ON ev
  WHEN NEW.prev <> coalesce((SELECT hash FROM ev ORDER BY seq DESC LIMIT 1), zeroblob(32))
  BEGIN SELECT RAISE(ABORT, 'the row does not follow the last one'); END;
