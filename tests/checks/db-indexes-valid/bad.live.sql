CREATE TABLE ships (id bigint PRIMARY KEY, imo text, flag text);
INSERT INTO ships VALUES (1, '9074729', 'NO'), (2, '9074729', 'PA');

-- fails: two ships have one number
CREATE UNIQUE INDEX CONCURRENTLY ships_imo ON ships (imo);

-- fails: and nobody declares this one
CREATE UNIQUE INDEX CONCURRENTLY ships_number ON ships (lower(imo));
