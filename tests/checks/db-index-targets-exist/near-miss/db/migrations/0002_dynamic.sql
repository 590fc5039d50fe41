DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE relname = 'legacy_seats') THEN
    CREATE INDEX legacy_seats_row ON legacy_seats (seat_row);
  END IF;
  EXECUTE 'CREATE TABLE archive_2024 (id int, sold date)';
END $$;
