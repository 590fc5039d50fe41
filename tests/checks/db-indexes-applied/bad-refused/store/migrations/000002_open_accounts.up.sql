CREATE INDEX accounts_owner_idx ON accounts (owner);

-- the column was renamed before this was merged
CREATE INDEX accounts_open_idx
    ON accounts (owner)
    WHERE closed_on IS NULL;
