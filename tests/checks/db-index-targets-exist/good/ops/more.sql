CREATE INDEX purchases_total ON purchases (total) WHERE note IS NOT NULL;
