SET LOCAL lock_timeout = '3s';
ALTER TABLE loans
    ADD CONSTRAINT loans_reader_fk FOREIGN KEY (reader_id) REFERENCES readers (id) NOT VALID;
ALTER TABLE readers ADD CONSTRAINT email_there CHECK (email IS NOT NULL) NOT VALID;
