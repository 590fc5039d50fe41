CREATE DOMAIN year_number AS SMALLINT NOT NULL CHECK (VALUE > 0);
CREATE TYPE state AS ENUM ('in', 'out');
CREATE SCHEMA lending;
CREATE TABLE books (
    id BIGSERIAL PRIMARY KEY,
    type TEXT NOT NULL,
    code CHARACTER(13) NOT NULL,
    title VARCHAR(200) NOT NULL,
    "bestSeller" BOOLEAN NOT NULL DEFAULT false,
    year year_number,
    state state NOT NULL DEFAULT 'in',
    shelf TEXT NOT NULL,
    words TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED,
    ratings INTEGER[],
    price NUMERIC(8, 2),
    loaned TIMESTAMP(3) WITH TIME ZONE,
    internal_note TEXT
);
CREATE TABLE job_log (id BIGSERIAL PRIMARY KEY);
