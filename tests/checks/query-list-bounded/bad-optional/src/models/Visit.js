const mongoose = require("mongoose");

const visitSchema = new mongoose.Schema(
  { owner: mongoose.Schema.Types.ObjectId, kind: String, place: String },
  { timestamps: true },
);

module.exports = mongoose.model("Visit", visitSchema);
