import express from "express";
import { eq } from "drizzle-orm";

import { getDb, withOrg } from "./database";
import { members, orgs } from "./schema";

const app = express();

app.get("/memberships", async (req, res) => {
  const rows = await getDb().select({ orgId: orgs.id }).from(orgs);
  const found = [];
  for (const { orgId } of rows) {
    const own = await withOrg(orgId, (tx) =>
      tx.select().from(members).where(eq(members.userId, req.user.id)).limit(1)
    );
    if (own[0]) found.push(own[0]);
  }
  res.json(found);
});

app.listen(8080);
