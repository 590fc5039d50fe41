--liquibase formatted sql

--changeset ines:1
CREATE TABLE boats (id bigserial PRIMARY KEY);
