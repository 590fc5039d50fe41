--liquibase formatted sql

--changeset mara:1
CREATE TABLE kilns (id bigserial PRIMARY KEY);
--rollback DROP TABLE kilns;

--changeset jon:1
CREATE TABLE glazes (id bigserial PRIMARY KEY);

--changeset mara:1 context:prod
ALTER TABLE kilns ADD COLUMN max_celsius integer;
