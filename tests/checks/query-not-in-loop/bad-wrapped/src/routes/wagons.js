const express = require("express");
const WagonController = require("../controllers/wagons.controller");
const router = express.Router();

router.get("/", new WagonController().handle);

module.exports = router;
