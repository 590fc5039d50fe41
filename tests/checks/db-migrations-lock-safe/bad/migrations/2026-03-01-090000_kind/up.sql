SET LOCAL lock_timeout = '3s';
ALTER TABLE books ADD COLUMN format TEXT DEFAULT 'paper', ADD COLUMN publisher TEXT NOT NULL;
