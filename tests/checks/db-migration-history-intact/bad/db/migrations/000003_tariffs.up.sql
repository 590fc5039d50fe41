-- priced by the metre
CREATE TABLE tariffs (id bigserial PRIMARY KEY, cents_per_metre integer NOT NULL);
