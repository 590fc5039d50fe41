CREATE TABLE readers (
    id BIGSERIAL PRIMARY KEY,
    card VARCHAR(20) NOT NULL,
    email TEXT,
    home_branch INTEGER
);
CREATE TABLE books (
    id BIGSERIAL PRIMARY KEY,
    isbn VARCHAR(13) NOT NULL,
    title TEXT NOT NULL,
    copies INTEGER NOT NULL DEFAULT 1,
    shelf TEXT
);
CREATE TABLE loans (
    id BIGSERIAL PRIMARY KEY,
    reader_id BIGINT NOT NULL,
    book_id BIGINT NOT NULL,
    lent_on DATE NOT NULL,
    note TEXT
);
CREATE INDEX loans_lent ON loans (lent_on);
CREATE TABLE branches (id SERIAL PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE old_fines (id BIGSERIAL PRIMARY KEY, cents INTEGER);
