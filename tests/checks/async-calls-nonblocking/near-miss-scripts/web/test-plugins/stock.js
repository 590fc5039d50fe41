import fs from "node:fs";

import express from "express";

// a plugin to try the server with
export const stock = express.Router();

stock.get("/stock/:name", async (req, res) => {
  res.send(fs.readFileSync(`./stock/${req.params.name}`, "utf8"));
});
