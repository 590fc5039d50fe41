ALTER TABLE trees
    DROP CONSTRAINT trees_orchard_fkey,
    ADD CONSTRAINT trees_orchard_fkey FOREIGN KEY (orchard_id)
        REFERENCES orchards (id) ON DELETE CASCADE NOT VALID;

ALTER TABLE hives DROP CONSTRAINT hives_orchard_id_fkey;
ALTER TABLE hives ADD CONSTRAINT hives_orchard_id_fkey
    FOREIGN KEY (orchard_id) REFERENCES orchards (id) ON DELETE SET NULL;
