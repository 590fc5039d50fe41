CREATE INDEX idx_never_declared ON hubs (city); -- a way back is no declaration
DROP TABLE parcels;
DROP TABLE hubs;
