-- Prisma knows no row security: run it after every migration.
ALTER TABLE kilns ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_kilns ON kilns;
CREATE POLICY own_kilns ON kilns USING (name = current_user);
