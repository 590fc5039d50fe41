-- CreateEnum
CREATE TYPE "grade" AS ENUM ('A', 'B');

-- CreateTable
CREATE TABLE "climbers" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "nickname" TEXT NOT NULL,
    "born_on" TIMESTAMP(3) NOT NULL,
    "tags" TEXT[],
    "weight" DECIMAL(5,2),

    CONSTRAINT "climbers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ascents" (
    "id" UUID NOT NULL,
    "climber" INTEGER NOT NULL,
    "grade" "grade" NOT NULL,
    "minutes" INTEGER NOT NULL,

    CONSTRAINT "ascents_pkey" PRIMARY KEY ("id")
);
