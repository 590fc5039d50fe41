const express = require("express");
const app = express();

app.use("/api/crates", require("./routes/crates"));
app.use("/api/wagons", require("./routes/wagons"));
app.listen(4000);
