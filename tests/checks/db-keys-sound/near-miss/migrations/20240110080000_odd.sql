CREATE DOMAIN guest_id AS bigint;
CREATE TABLE guests (id guest_id PRIMARY KEY, code varchar(20) NOT NULL UNIQUE);
CREATE TABLE visits (
    id bigserial PRIMARY KEY,
    -- The same below the domain, and the same as varchar.
    guest bigint NOT NULL REFERENCES guests (id) ON DELETE CASCADE,
    code text REFERENCES guests (code),
    second bigint NOT NULL REFERENCES guests (id) ON DELETE SET NULL
);
ALTER TABLE visits ALTER COLUMN second DROP NOT NULL;

CREATE TABLE tenants (id bigint PRIMARY KEY);
CREATE TABLE houses (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id));
CREATE UNLOGGED TABLE imports (line text);
CREATE TABLE visits_staging (line text);
CREATE TABLE tmp_mails (mail text);
-- One row, by an index over a constant.
CREATE TABLE settings (name text);
CREATE UNIQUE INDEX settings_one ON settings ((true));
CREATE TABLE log (at timestamptz NOT NULL, id bigint, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW open_visits AS SELECT * FROM visits;
