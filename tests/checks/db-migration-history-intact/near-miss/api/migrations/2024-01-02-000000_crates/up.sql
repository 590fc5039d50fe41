CREATE TABLE crates (id bigserial PRIMARY KEY);
