CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE desks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

CREATE TABLE tickets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    opened_by bigint REFERENCES people (id),
    closed_by bigint REFERENCES people (id),
    seen_by bigint REFERENCES people (id) ON DELETE SET NULL,
    desk_id bigint REFERENCES desks (id)
);
CREATE TABLE shifts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    planned_by bigint REFERENCES people (id),
    worked_by bigint REFERENCES people (id),
    swapped_with bigint REFERENCES people (id),
    desk_id bigint REFERENCES desks (id)
);
CREATE TABLE notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    written_by bigint REFERENCES people (id),
    read_by bigint REFERENCES people (id)
);
