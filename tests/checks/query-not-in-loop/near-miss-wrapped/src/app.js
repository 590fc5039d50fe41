const express = require("express");
const { Kinds } = require("./kinds");
const Crate = require("./models/crate.model");
const tidy = require("./tidy");
const app = express();

const catchAsync = (fn) => (req, res, next) => fn(req, res, next).catch(next);

exports.byKind = catchAsync(async (req, res) => {
  const found = {};
  for (const kind of Kinds) {
    found[kind] = await Crate.countDocuments({ kind });
  }
  res.json(found);
});

app.get("/kinds", exports.byKind);
app.get("/ready", catchAsync(async (req, res) => res.json({ ok: true })));
app.listen(3000);
setInterval(() => tidy.run(), 60_000);
