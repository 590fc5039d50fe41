const mongoose = require("mongoose");
module.exports = mongoose.model("Axle", new mongoose.Schema({ name: String, crate: String, wagon: String }));
