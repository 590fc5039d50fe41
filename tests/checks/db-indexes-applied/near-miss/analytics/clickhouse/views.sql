CREATE INDEX events_day ON events (day) TYPE minmax GRANULARITY 4;
