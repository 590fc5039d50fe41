SET lock_timeout = '3s';
CREATE UNIQUE INDEX CONCURRENTLY books_isbn ON books (isbn);
DROP INDEX CONCURRENTLY loans_lent;
ALTER TABLE books ADD CONSTRAINT one_isbn UNIQUE USING INDEX books_isbn;
BEGIN;
TRUNCATE old_fines;
COMMIT;
RESET lock_timeout;
