CREATE TABLE guests (id bigserial PRIMARY KEY, mail text NOT NULL);
CREATE TABLE visits (
    id bigserial PRIMARY KEY,
    guest_id bigint REFERENCES guests (id) ON DELETE SET NULL
);
ALTER TABLE guests ADD CONSTRAINT guests_mail CHECK (mail <> '') NOT VALID;
