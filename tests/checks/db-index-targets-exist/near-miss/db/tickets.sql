CREATE TABLE tickets (id int, seat text);
CREATE INDEX tickets_seat ON tickets (seat);
CREATE INDEX other_schema ON audit.events (at);
CREATE INDEX archived ON archive_2024 (sold);
CREATE INDEX by_system ON venues (ctid);
