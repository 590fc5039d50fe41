-- CreateTable
CREATE TABLE "Officer" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    CONSTRAINT "Officer_pkey" PRIMARY KEY ("id")
);
