-- Validated by the release after this one.
ALTER TABLE visits ADD CONSTRAINT visits_code CHECK (code <> '') NOT VALID;
