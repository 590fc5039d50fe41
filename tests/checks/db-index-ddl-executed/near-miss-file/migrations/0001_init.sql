CREATE TABLE shelves (id BIGSERIAL PRIMARY KEY, room TEXT NOT NULL);
CREATE TABLE volumes (
    id BIGSERIAL PRIMARY KEY,
    shelf_id BIGINT NOT NULL REFERENCES shelves (id),
    isbn TEXT NOT NULL,
    lent_at TIMESTAMPTZ
);
CREATE INDEX volumes_isbn ON volumes (isbn);
