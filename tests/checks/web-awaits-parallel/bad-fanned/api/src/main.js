const express = require("express");
const app = express();
app.get("/api/berths", (request, response) => response.json([]));
app.get("/api/berths/:id/ships", (request, response) => response.json([]));
app.get("/api/berths/:id/tides", (request, response) => response.json([]));
app.listen(3000);
