CREATE ROLE auditor;
CREATE TABLE berths (id bigserial PRIMARY KEY, quay text NOT NULL);
