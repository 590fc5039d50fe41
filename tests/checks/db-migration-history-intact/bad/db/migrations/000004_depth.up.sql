ALTER TABLE berths ADD COLUMN depth_m numeric;
