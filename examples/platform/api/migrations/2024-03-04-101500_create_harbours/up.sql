CREATE EXTENSION IF NOT EXISTS pgcrypto;

CREATE TABLE harbours (
    id          UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    name        TEXT NOT NULL,
    country     CHAR(2) NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE berths (
    id                 UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    harbour_id         UUID NOT NULL REFERENCES harbours (id) ON DELETE CASCADE,
    label              TEXT NOT NULL,
    max_length_cm      INTEGER NOT NULL CHECK (max_length_cm > 0),
    night_price_cents  INTEGER NOT NULL CHECK (night_price_cents >= 0),
    UNIQUE (harbour_id, label)
);
