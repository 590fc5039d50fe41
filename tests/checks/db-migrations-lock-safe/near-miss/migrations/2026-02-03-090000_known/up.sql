SET LOCAL lock_timeout = '3s';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX branches_name ON branches (name);
-- safety-assured:start
ALTER TABLE branches ALTER COLUMN name TYPE VARCHAR(80);
-- safety-assured:end
-- eugene: ignore E2
ALTER TABLE readers ALTER COLUMN home_branch SET NOT NULL;
ALTER TABLE old_fines DROP COLUMN cents; -- squawk-ignore ban-drop-column
