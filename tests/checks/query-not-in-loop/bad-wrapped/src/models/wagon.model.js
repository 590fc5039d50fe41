const mongoose = require("mongoose");
module.exports = mongoose.model("Wagon", new mongoose.Schema({ name: String, crate: String, wagon: String }));
