CREATE TABLE "Tug" ("id" integer PRIMARY KEY, "name" text NOT NULL);
