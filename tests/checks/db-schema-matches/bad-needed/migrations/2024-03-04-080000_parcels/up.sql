CREATE TYPE size AS ENUM ('small', 'big');
CREATE TABLE parcels (
    id bigserial PRIMARY KEY,
    code text NOT NULL,
    weight_g integer NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    upper_code text NOT NULL GENERATED ALWAYS AS (upper(code)) STORED
);
CREATE TABLE shelves (id bigserial PRIMARY KEY, room text NOT NULL, depth_cm integer NOT NULL);
CREATE TABLE rooms (id bigserial PRIMARY KEY, name text NOT NULL, slug text NOT NULL);
CREATE FUNCTION slugged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.slug := lower(NEW.name);
    RETURN NEW;
END $$;
CREATE TRIGGER rooms_slug BEFORE INSERT ON rooms FOR EACH ROW EXECUTE FUNCTION slugged();
