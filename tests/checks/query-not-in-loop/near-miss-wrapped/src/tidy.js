const Crate = require("./models/crate.model");

exports.run = async () => {
  await exports.dropOld();
};

exports.dropOld = async () => {
  await Crate.deleteMany({ dropped: true });
};
