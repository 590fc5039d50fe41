CREATE TABLE berths (
    id UUID PRIMARY KEY,
    vessel_id BIGINT REFERENCES vessels (id),
    pier VARCHAR(12) NOT NULL,
    depth_m REAL NOT NULL
);
ALTER TABLE vessels RENAME COLUMN built TO launched;
