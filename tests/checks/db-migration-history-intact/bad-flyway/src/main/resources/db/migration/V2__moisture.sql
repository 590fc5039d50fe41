ALTER TABLE loads ADD COLUMN moisture numeric;
