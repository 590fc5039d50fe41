CREATE TYPE stage AS ENUM ('new', 'old');
CREATE TABLE orders (
    id BIGSERIAL PRIMARY KEY,
    customer_id BIGINT NOT NULL,
    paid BOOLEAN NOT NULL,
    stage stage NOT NULL,
    status TEXT NOT NULL,
    reference TEXT NOT NULL,
    email TEXT NOT NULL,
    note TEXT
);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_email ON orders (lower(email));
CREATE TABLE settings (id SERIAL PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE couriers (id SERIAL PRIMARY KEY, code TEXT NOT NULL);
CREATE TABLE queue_head (id INT PRIMARY KEY, alone BOOLEAN UNIQUE NOT NULL, holder TEXT);
CREATE VIEW open_orders AS SELECT * FROM orders WHERE NOT paid;
