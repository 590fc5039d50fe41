ALTER TABLE "slips" ADD COLUMN "fee_cents" integer;
