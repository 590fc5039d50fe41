CREATE INDEX CONCURRENTLY loans_reader ON loans (reader_id);
