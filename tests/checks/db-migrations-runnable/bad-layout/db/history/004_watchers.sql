-- Watchers of a ticket
CREATE TABLE watchers (id bigserial PRIMARY KEY);
