CREATE TABLE accounts (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    password TEXT,
    code TEXT,
    code_ends_s REAL NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_utc TEXT NOT NULL,
    signed_in_utc TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE told (n INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
