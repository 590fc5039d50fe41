CREATE TABLE calls (at date NOT NULL, ship bigint) PARTITION BY RANGE (at);
CREATE TABLE calls_2024 PARTITION OF calls FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE calls_2025 PARTITION OF calls FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX calls_ship ON ONLY calls (ship);
CREATE INDEX calls_2024_ship ON calls_2024 (ship);
ALTER INDEX calls_ship ATTACH PARTITION calls_2024_ship;

-- a table of the session, whose indexes are nobody else's business
CREATE TEMPORARY TABLE drafts (id int PRIMARY KEY);
