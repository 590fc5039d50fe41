-- +goose Up
CREATE TABLE silos (id bigserial PRIMARY KEY);

-- +goose Down
DROP TABLE silos;
