CREATE TABLE "wheels" ("id" bigserial PRIMARY KEY, "name" text NOT NULL);
