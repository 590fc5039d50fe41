CREATE EXTENSION IF NOT EXISTS citext;
CREATE DOMAIN port_code AS citext;
CREATE TABLE ports (
    id bigserial PRIMARY KEY,
    code port_code NOT NULL UNIQUE,
    "Group" text NOT NULL UNIQUE
);
CREATE TABLE lines (country text, number integer, PRIMARY KEY (country, number));

-- Columns in another order, and more after them.
CREATE TABLE stops (
    country text NOT NULL,
    number integer NOT NULL,
    at integer NOT NULL,
    port_id bigint NOT NULL REFERENCES ports ON DELETE CASCADE,
    FOREIGN KEY (country, number) REFERENCES lines ON DELETE CASCADE,
    PRIMARY KEY (port_id, at),
    UNIQUE (number, country, at)
);

-- Most are NULL: the predicate asks for nothing else.
CREATE TABLE parcels (
    id uuid PRIMARY KEY,
    held_at bigint REFERENCES ports ON DELETE SET NULL,
    country text,
    number integer,
    "Group" text REFERENCES ports ("Group") ON DELETE SET NULL,
    code port_code REFERENCES ports (code),
    sent_on date NOT NULL,
    FOREIGN KEY (country, number) REFERENCES lines
);
CREATE INDEX parcels_held ON parcels (held_at) WHERE held_at IS NOT NULL;
CREATE INDEX parcels_line ON parcels (country, number DESC, sent_on)
    WHERE country IS NOT NULL AND (number IS NOT NULL);
CREATE INDEX parcels_group ON parcels ("Group") WHERE "Group" IS NOT NULL;
CREATE INDEX parcels_code ON parcels USING hash (code);

-- Each part has the key and the index of the whole.
CREATE TABLE scans (
    parcel_id uuid NOT NULL REFERENCES parcels,
    scanned_at timestamptz NOT NULL
) PARTITION BY RANGE (scanned_at);
CREATE INDEX scans_parcel ON scans (parcel_id);
CREATE TABLE scans_2024 PARTITION OF scans FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE scans_2025 PARTITION OF scans FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

CREATE TABLE crew (id bigserial PRIMARY KEY, chief bigint REFERENCES crew ON DELETE SET NULL);
