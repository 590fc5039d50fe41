-- CreateEnum
CREATE TYPE "Deck" AS ENUM ('CAR', 'FOOT');

-- CreateTable
CREATE TABLE "Booking" (
    "id" SERIAL NOT NULL,
    "passengerId" INTEGER NOT NULL,
    "reference" TEXT NOT NULL,
    "note" TEXT,
    "deck" "Deck" NOT NULL,
    "voyageType" TEXT NOT NULL,
    "cancelled" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Booking_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Harbour" (
    "id" SERIAL NOT NULL,
    "code" TEXT NOT NULL,

    CONSTRAINT "Harbour_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Booking_reference_key" ON "Booking"("reference");
CREATE INDEX "Booking_passengerId_idx" ON "Booking"("passengerId");
CREATE INDEX "Booking_createdAt_idx" ON "Booking"("createdAt");
