CREATE INDEX IF NOT EXISTS crew_chief ON crew (chief) INCLUDE (id);
ALTER INDEX crew_chief RENAME TO crew_by_chief;
