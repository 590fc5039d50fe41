-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION loads_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEW;
END;
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP FUNCTION loads_touched();
-- +goose StatementEnd
