-- no-transaction
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ships_imo
    ON ships (imo);
