const express = require("express");
const app = express();
app.get("/health", (req, res) => res.send("ok"));
app.get("/sacks", (req, res) => res.json([]));
app.listen(4100);
