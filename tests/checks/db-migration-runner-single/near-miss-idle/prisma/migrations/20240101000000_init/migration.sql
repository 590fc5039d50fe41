CREATE TABLE "kilns" ("id" integer PRIMARY KEY, "name" text NOT NULL);
