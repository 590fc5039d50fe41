-- To be run by hand some day.
CREATE INDEX inspections_inspector ON inspections (inspector_id);
