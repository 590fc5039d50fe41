const mongoose = require("mongoose");
module.exports = mongoose.model("Crate", new mongoose.Schema({ kind: String, dropped: Boolean }));
