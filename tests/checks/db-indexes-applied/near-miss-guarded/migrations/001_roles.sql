-- The password comes from outside: SET app.reader_password = '…'; before this.
DO $$
BEGIN
  IF current_setting('app.reader_password', true) IS NULL THEN
    RAISE EXCEPTION 'app.reader_password must be set';
  END IF;
END
$$;
CREATE TABLE berths (id bigint PRIMARY KEY, quay text);
CREATE INDEX berths_quay ON berths (quay);
