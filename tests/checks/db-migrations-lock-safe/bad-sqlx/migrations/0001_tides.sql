CREATE TABLE tide_readings (id bigserial PRIMARY KEY, port text NOT NULL, height real NOT NULL);
CREATE TABLE port_settings (id bigserial PRIMARY KEY, port text NOT NULL);
