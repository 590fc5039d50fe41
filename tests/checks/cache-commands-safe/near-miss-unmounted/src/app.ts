import express from "express";
import hooks from "./routes/v1/hooks";
import tides from "./routes/tides";

const app = express();
app.use("/hooks", hooks);
app.use("/tides", tides);
app.listen(8080);
