-- was to be run once the harbour had grown
CREATE INDEX IF NOT EXISTS berths_by_harbour ON berths (harbour);
CREATE INDEX IF NOT EXISTS berths_depth ON berths (depth);
CREATE INDEX IF NOT EXISTS berths_free ON berths (free) WHERE free;
CREATE INDEX IF NOT EXISTS berths_booked ON berths (booked_at DESC);
CREATE INDEX IF NOT EXISTS berths_ship ON berths (ship, booked_at);
