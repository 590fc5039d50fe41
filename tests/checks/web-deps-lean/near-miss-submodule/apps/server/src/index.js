const express = require("express");
const { pages } = require("./pages");

// The paid part lies in a repository of its own, where `pdfkit` and `ldapts` are used.
const app = express();
app.use("/pages", pages);
app.listen(3000);
