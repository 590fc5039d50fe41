-- by hand, after a restore
CREATE INDEX idx_scans_at ON scans (scanned_at);
CREATE INDEX idx_scans_depot ON scans (depot_id);
CREATE INDEX idx_scans_driver ON scans (driver_id);
