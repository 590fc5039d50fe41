-- Skippers look their bookings up by mail address, in any spelling.
CREATE INDEX bookings_skipper_idx ON bookings (lower(skipper_email));
