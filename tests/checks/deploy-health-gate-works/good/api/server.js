const express = require("express");
const app = express();
app.get("/internal/healthz", (req, res) => res.send("ok"));
app.get("/v1/ships", (req, res) => res.json([]));
app.listen(8000);
