-- made anew as 0001_calm_quay, and left behind
ALTER TABLE "berth"
  ADD COLUMN "depth" integer;
