CREATE TABLE IF NOT EXISTS berths.t2 (at DateTime) ENGINE = MergeTree ORDER BY at;
