DROP FUNCTION touched();
