-- Somebody measured without looking at what was there.
CREATE INDEX idx_readings_meter_id_taken_at
    ON readings USING btree (meter_id, taken_at DESC NULLS FIRST);
