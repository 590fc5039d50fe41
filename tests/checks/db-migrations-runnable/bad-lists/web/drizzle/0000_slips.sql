CREATE TABLE "slips" ("id" bigserial PRIMARY KEY, "name" text NOT NULL);
