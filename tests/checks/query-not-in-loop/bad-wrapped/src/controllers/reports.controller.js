const reportService = require("../services/report.service");

exports.weights = async (req, res) => {
  res.json(await reportService.listWeights());
};

exports.counts = async (req, res) => {
  res.json(await reportService.listCounts());
};
