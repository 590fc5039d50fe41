const mongoose = require("mongoose");
module.exports = mongoose.model("Label", new mongoose.Schema({ name: String, crate: String, wagon: String }));
