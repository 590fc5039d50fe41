-- Of the explorer's own database, which has a table of the same name.
CREATE TABLE public.token_lots (
    id bigint PRIMARY KEY,
    contract_hash bytea NOT NULL
);
