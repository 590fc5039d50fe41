ALTER TABLE orders RENAME COLUMN placed TO placed_at;
ALTER TABLE orders ADD COLUMN note text, ADD COLUMN IF NOT EXISTS total numeric(12, 2);
ALTER TABLE orders RENAME TO purchases;
CREATE INDEX purchases_placed ON purchases (placed_at DESC, total) INCLUDE (note);
