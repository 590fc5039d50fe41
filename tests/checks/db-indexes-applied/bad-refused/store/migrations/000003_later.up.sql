CREATE INDEX accounts_closed_idx ON accounts (closed_at);
