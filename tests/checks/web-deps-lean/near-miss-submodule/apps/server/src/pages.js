const express = require("express");

exports.pages = express.Router();
