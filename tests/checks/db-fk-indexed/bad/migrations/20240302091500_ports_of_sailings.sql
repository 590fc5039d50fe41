ALTER TABLE sailings
    ADD CONSTRAINT sailings_from_fk FOREIGN KEY (from_port) REFERENCES ports (id),
    ADD CONSTRAINT sailings_to_fk FOREIGN KEY (to_port) REFERENCES ports (id);
CREATE INDEX sailings_from ON sailings (from_port, departs_at);
CREATE INDEX sailings_to ON sailings USING brin (to_port);
