-- What production must have; the history makes all of it under other names.
CREATE INDEX a ON readings (sensor_id, taken_at DESC NULLS FIRST);
CREATE INDEX b ON public.sensors USING gin (label gin_trgm_ops);
CREATE INDEX c ON sensors ((lower(label::text)));
CREATE UNIQUE INDEX d ON sensors (serial ASC);
CREATE INDEX e ON readings USING brin (taken_at);
CREATE INDEX f ON sensors (unit) WHERE (unit = 'celsius'::unit);
