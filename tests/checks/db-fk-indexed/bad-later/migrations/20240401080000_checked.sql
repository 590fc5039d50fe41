ALTER TABLE trees VALIDATE CONSTRAINT trees_orchard_fkey; -- its references hold
ALTER TABLE trees ADD COLUMN planted date;
