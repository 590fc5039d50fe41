ALTER TABLE jobs ADD COLUMN owner text;
