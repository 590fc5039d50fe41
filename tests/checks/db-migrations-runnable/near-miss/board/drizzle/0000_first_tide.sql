CREATE TABLE "berth" ("id" serial PRIMARY KEY);
