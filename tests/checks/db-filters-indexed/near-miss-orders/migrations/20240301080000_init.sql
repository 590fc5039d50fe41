CREATE TABLE readings (
    id BIGSERIAL PRIMARY KEY,
    apiary_id BIGINT NOT NULL,
    sensor TEXT NOT NULL,
    discarded BOOLEAN NOT NULL DEFAULT FALSE,
    sent_at TIMESTAMPTZ,
    status TEXT NOT NULL,
    priority INT NOT NULL DEFAULT 0,
    taken_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX readings_apiary ON readings (apiary_id);
CREATE INDEX readings_status ON readings (status, taken_at);
CREATE INDEX readings_unsent ON readings (sensor) WHERE sent_at IS NULL;
CREATE TABLE settings (id SERIAL PRIMARY KEY, saved_at TIMESTAMPTZ NOT NULL DEFAULT now());
