SET LOCAL lock_timeout = '3s';
ALTER TABLE readers ALTER COLUMN email SET NOT NULL;
ALTER TABLE readers DROP CONSTRAINT email_there;
