DROP INDEX bookings_skipper_idx;
