CREATE TABLE berths (
    id bigserial PRIMARY KEY,
    harbour text NOT NULL,
    depth int NOT NULL,
    free boolean NOT NULL,
    booked_at timestamptz,
    ship text
);
CREATE INDEX berths_harbour ON berths (harbour);
