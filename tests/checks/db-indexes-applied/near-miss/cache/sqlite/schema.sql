CREATE TABLE entries (key TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID;
CREATE INDEX entries_body ON entries (body);
