const mongoose = require("mongoose");
module.exports = mongoose.model("Crate", new mongoose.Schema({ name: String, crate: String, wagon: String }));
