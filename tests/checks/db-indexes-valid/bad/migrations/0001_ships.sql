CREATE TABLE ships (
    id bigint PRIMARY KEY,
    imo text,
    flag text
);
