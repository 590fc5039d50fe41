const asyncHandler = require("express-async-handler");
const Crate = require("../models/crate.model");
const Label = require("../models/label.model");

exports.listCrates = asyncHandler(async (req, res) => {
  const Crates = await Crate.find();
  for (const crate of Crates) {
    crate.labels = await Label.find({ crate: crate._id });
  }
  res.json(Crates);
});
