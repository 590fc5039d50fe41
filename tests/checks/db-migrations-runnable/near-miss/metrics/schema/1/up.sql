CREATE TABLE IF NOT EXISTS berths.t1 (at DateTime) ENGINE = MergeTree ORDER BY at;
