create table harbours (id bigint primary key);
