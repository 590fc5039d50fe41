CREATE TABLE tickets (
    id bigserial PRIMARY KEY,
    event_id bigint NOT NULL,
    barcode text NOT NULL
);
CREATE INDEX tickets_event ON tickets (event_id);
