CREATE TABLE orders (id bigserial PRIMARY KEY, customer text, placed timestamptz DEFAULT now());
CREATE INDEX orders_customer ON orders (customer);
