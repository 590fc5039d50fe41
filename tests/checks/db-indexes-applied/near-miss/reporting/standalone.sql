-- a database of its own
CREATE TABLE cube (day date, wins integer);
CREATE INDEX cube_day ON cube (day);
