SET LOCAL lock_timeout = '3s';
-- what the reports join on
CREATE INDEX loans_reader ON loans (reader_id);
ALTER TABLE loans
    ADD CONSTRAINT loans_reader_fk FOREIGN KEY (reader_id) REFERENCES readers (id);
ALTER TABLE readers ALTER COLUMN email SET NOT NULL;
ALTER TABLE books ADD CONSTRAINT some_copies CHECK (copies >= 0);
ALTER TABLE books ALTER COLUMN copies TYPE BIGINT;
ALTER TABLE books ADD COLUMN stamp TIMESTAMPTZ DEFAULT clock_timestamp();
ALTER TABLE readers ADD CONSTRAINT one_card UNIQUE (card);
