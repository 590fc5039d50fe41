ALTER TABLE "berth" ADD COLUMN "depth" integer;--> statement-breakpoint
ALTER TABLE "berth" ADD COLUMN "name" text;
