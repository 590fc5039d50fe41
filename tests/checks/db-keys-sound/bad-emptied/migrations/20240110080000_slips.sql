CREATE TABLE keepers (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE piers (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE slips (id bigserial PRIMARY KEY, keeper_id bigint NOT NULL, pier_id bigint NOT NULL);
CREATE TABLE cranes (id bigserial PRIMARY KEY, keeper_id bigint NOT NULL);
