CREATE OR REPLACE VIEW open_invoices AS SELECT * FROM invoices;
