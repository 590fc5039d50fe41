CREATE TABLE matches (id serial PRIMARY KEY, white integer REFERENCES players, played date);
CREATE INDEX ON matches (played);
