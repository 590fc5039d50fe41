CREATE TABLE ships (id bigint PRIMARY KEY, imo text);
CREATE UNIQUE INDEX ships_imo ON ships (imo);
