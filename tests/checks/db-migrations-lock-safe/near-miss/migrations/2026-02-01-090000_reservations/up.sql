SET LOCAL lock_timeout = '3s';
-- all of it is new: nobody waits for an empty table
CREATE TABLE reservations (
    id BIGSERIAL PRIMARY KEY,
    reader_id BIGINT NOT NULL REFERENCES readers (id),
    made_on DATE
);
CREATE INDEX reservations_reader ON reservations (reader_id);
ALTER TABLE reservations ALTER COLUMN made_on SET NOT NULL;
ALTER TABLE reservations ADD CONSTRAINT not_ancient CHECK (made_on > '2000-01-01');
CREATE TEMPORARY TABLE seen AS SELECT 1 AS n;
UPDATE seen SET n = 2;
DROP TABLE seen;
