ALTER TABLE berths ADD COLUMN notes text;
