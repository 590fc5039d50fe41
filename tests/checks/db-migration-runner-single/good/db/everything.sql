CREATE TABLE events (id bigint, kind int);
