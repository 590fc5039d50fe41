CREATE FUNCTION lent() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM volumes WHERE lent_at IS NOT NULL';
CREATE INDEX volumes_lent ON volumes (lent_at);
