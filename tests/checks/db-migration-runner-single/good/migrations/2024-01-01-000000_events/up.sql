CREATE TABLE events (id bigint, kind int) PARTITION BY LIST (kind);
