ALTER TABLE "wheels" ADD COLUMN "sluice" text;
