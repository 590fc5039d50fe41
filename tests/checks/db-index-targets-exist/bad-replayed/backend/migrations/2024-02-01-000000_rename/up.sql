ALTER TABLE rooms RENAME COLUMN floor TO storey;
ALTER TABLE reservations RENAME TO bookings;
ALTER TABLE rooms DROP COLUMN old_price;
