CREATE TABLE calls (at date NOT NULL, ship bigint) PARTITION BY RANGE (at);
CREATE TABLE calls_2024 PARTITION OF calls FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE calls_2025 PARTITION OF calls FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- each partition gets its index at night
CREATE INDEX calls_ship ON ONLY calls (ship);
