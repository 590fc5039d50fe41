const mongoose = require("mongoose");
module.exports = mongoose.model("Weight", new mongoose.Schema({ name: String, crate: String, wagon: String }));
