const axios = require("axios");
const express = require("express");

const app = express();

app.get("/rates", async (req, res) => {
  const { data } = await axios.get("https://rates.example.com/latest");
  res.json(data);
});

app.get("/news", async (req, res) => {
  const { data } = await axios.get("https://news.example.com/latest", { timeout: 3000 });
  res.json(data);
});

app.listen(3000);
