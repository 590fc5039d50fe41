-- Proposals of the query review
CREATE INDEX ON parcels USING btree (weight_g) WHERE weight_g > 20000;
CREATE INDEX idx_parcel_events_at ON parcel_events (happened_at);
