CREATE INDEX facts_day ON facts (day);
