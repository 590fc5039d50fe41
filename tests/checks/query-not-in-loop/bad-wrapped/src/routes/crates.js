const express = require("express");
const catchAsync = require("../middleware/catch-async");
const { listCrates } = require("../controllers/crates.controller");
const reports = require("../controllers/reports.controller");
const router = express.Router();

router.get("/", listCrates);
router.get("/weights", catchAsync(reports.weights));
router.get("/counts", reports.counts);

module.exports = router;
