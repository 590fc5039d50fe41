const express = require("express");

express().get("/tides", (req, res) => res.json([])).listen(3000);
