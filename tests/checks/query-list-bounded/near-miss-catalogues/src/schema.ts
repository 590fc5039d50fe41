import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core"

export const categoryTable = pgTable("categories", {
  id: uuid("id").primaryKey(),
  ownerId: uuid("owner_id"),
  createdAt: timestamp("created_at").defaultNow(),
})
