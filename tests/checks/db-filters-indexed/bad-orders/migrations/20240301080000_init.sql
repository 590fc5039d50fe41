CREATE TABLE apiaries (
    id BIGSERIAL PRIMARY KEY,
    name TEXT NOT NULL
);
CREATE TABLE readings (
    id BIGSERIAL PRIMARY KEY,
    apiary_id BIGINT NOT NULL REFERENCES apiaries (id),
    kilograms DOUBLE PRECISION NOT NULL,
    discarded BOOLEAN NOT NULL DEFAULT FALSE,
    taken_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX readings_apiary ON readings (apiary_id);
CREATE TABLE inspections (
    id BIGSERIAL PRIMARY KEY,
    apiary_id BIGINT NOT NULL REFERENCES apiaries (id),
    inspector_id UUID NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX inspections_apiary ON inspections (apiary_id);
