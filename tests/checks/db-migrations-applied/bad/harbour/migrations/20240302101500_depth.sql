-- how deep a ship may lie
ALTER TABLE berths ADD COLUMN depth_m numeric;
