const express = require("express");
const { senders } = require("./senders");

const app = express();

app.get("/senders", listSenders);

function listSenders(req, res) {
  res.json(Object.keys(senders));
}

app.listen(3001);
