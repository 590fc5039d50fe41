const express = require("express");

const app = express();
app.get("/tides", (req, res) => res.json([]));
app.listen(3000);
