CREATE TABLE players (id serial PRIMARY KEY, nick text NOT NULL, elo integer);
CREATE INDEX players_elo ON players (elo DESC);
