import express from "express"
import { drizzle } from "drizzle-orm/node-postgres"
import { categoryTable } from "./schema"

const db = drizzle(process.env.DATABASE_URL!)
const app = express()

app.get("/sorts", async (req, res) => {
  const sorts = await db.select().from(categoryTable)
  res.json(sorts)
})

app.listen(4000)
