const express = require("express");
const { chromium } = require("playwright");
const postcss = require("postcss");
const prettier = require("prettier");

const app = express();
app.get("/tides", (req, res) => res.json([]));
app.get("/tides.pdf", async (req, res) => res.send(await (await chromium.launch()).newPage()));
app.post("/theme.css", async (req, res) => {
  const { css } = await postcss([]).process(req.body);
  res.send(await prettier.format(css, { parser: "css" }));
});
app.listen(3000);
