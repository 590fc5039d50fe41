ALTER TABLE rooms ADD COLUMN floor smallint;
ALTER TABLE rooms
    ADD CONSTRAINT rooms_guest_fk FOREIGN KEY (guest_id) REFERENCES guests (id) NOT VALID;
ALTER TABLE guests
    ADD CONSTRAINT guests_mail CHECK (mail LIKE '%@%') NOT VALID;
