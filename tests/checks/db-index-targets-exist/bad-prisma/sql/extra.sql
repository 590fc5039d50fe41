CREATE INDEX invoices_issued ON invoices (issued_at);
CREATE INDEX customer_name ON "Customer" (name);
CREATE INDEX invoices_customer ON invoices ("customerId");
CREATE INDEX invoice_number ON "Invoice" (number);
