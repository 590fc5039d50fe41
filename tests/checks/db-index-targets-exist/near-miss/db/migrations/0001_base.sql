CREATE TABLE IF NOT EXISTS venues (id int PRIMARY KEY, name text, tags jsonb);
CREATE TABLE shows AS SELECT 1 AS venue_id, now() AS starts;
CREATE MATERIALIZED VIEW venue_counts AS SELECT venue_id, count(*) AS n FROM shows GROUP BY 1;
CREATE INDEX show_start ON shows (starts);
CREATE UNIQUE INDEX venue_counts_venue ON venue_counts (venue_id);
CREATE INDEX venue_tags ON venues USING gin ((tags -> 'genre'), lower(name) gin_trgm_ops);
