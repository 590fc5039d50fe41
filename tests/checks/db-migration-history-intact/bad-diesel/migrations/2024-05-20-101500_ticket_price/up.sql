ALTER TABLE tickets ADD COLUMN price_cents integer NOT NULL DEFAULT 0;
