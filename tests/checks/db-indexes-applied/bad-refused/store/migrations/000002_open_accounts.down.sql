DROP INDEX accounts_open_idx, accounts_owner_idx;
