const fs = require('node:fs');
const express = require('express');

const app = express();
const page = fs.readFileSync('index.html', 'utf8');

function loadTemplates() {
  return fs.readdirSync('templates').map((name) => fs.readFileSync(`templates/${name}`));
}
const templates = loadTemplates();

app.get('/', async (req, res) => {
  const text = await fs.promises.readFile('news.txt', 'utf8');
  res.send(page + text + templates.length);
});

let engine = null;
app.get('/engine', (req, res) => {
  if (!engine) {
    engine = fs.readFileSync(req.app.get('engine'));
  }
  res.send(engine);
});

let fonts;
async function font(req, res) {
  fonts ??= fs.readFileSync(req.app.get('fonts'));
  res.send(fonts);
}
app.get('/fonts', font);

app.listen(8080);
