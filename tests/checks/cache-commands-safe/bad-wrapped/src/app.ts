import express from "express";
import { forgetPage } from "./cache";

const app = express();
app.put("/pages/:slug", async (req, res) => {
  await forgetPage(req.params.slug);
  res.sendStatus(204);
});
app.listen(3000);
