SET LOCAL lock_timeout = '3s';
ALTER TABLE readers RENAME COLUMN card TO card_number;
ALTER TABLE books DROP COLUMN IF EXISTS shelf;
DROP TABLE old_fines;
DROP INDEX loans_lent;
