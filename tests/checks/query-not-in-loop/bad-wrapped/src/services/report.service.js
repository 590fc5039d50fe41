const Crate = require("../models/crate.model");
const Weight = require("../models/weight.model");

exports.listWeights = async () => {
  const crates = await Crate.find();
  return Promise.all(
    crates.map(async (crate) => ({
      crate: crate.name,
      weights: await Weight.find({ crate: crate._id }),
    })),
  );
};

const countOf = async (crate) => {
  return Weight.countDocuments({ crate });
};

exports.listCounts = async () => {
  const crates = await Crate.find();
  const waiting = [];
  for (const crate of crates) {
    waiting.push(countOf(crate._id));
  }
  return Promise.all(waiting);
};
