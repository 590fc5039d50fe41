CREATE OR REPLACE VIEW totals AS SELECT count(*) FROM invoices;
