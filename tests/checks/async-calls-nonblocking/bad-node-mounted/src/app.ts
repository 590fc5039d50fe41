import express from "express";
import tides from "./routes/tides";

const app = express();
app.use("/api/v1/tides", tides);
app.listen(8080);
