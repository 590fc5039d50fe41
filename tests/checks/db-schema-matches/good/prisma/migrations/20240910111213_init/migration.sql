CREATE TABLE "Route" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "props" JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT "Route_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Stop" (
    "id" INTEGER NOT NULL,
    "routeId" TEXT NOT NULL,
    "lat" DOUBLE PRECISION NOT NULL,
    "opened" DATE NOT NULL,
    "photo" BYTEA,
    "codes" INTEGER[],
    CONSTRAINT "Stop_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "Stop" ADD CONSTRAINT "Stop_routeId_fkey" FOREIGN KEY ("routeId") REFERENCES "Route"("id");
