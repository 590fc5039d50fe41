const express = require("express");
const app = express();
app.use("/guests", require("./guests"));
app.use("/rooms", require("./rooms"));
app.use("/stays", require("./stays"));
app.listen(3000);
