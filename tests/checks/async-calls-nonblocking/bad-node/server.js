const fs = require('fs');
const { execSync } = require('child_process');
const bcrypt = require('bcrypt');
const express = require('express');

const app = express();
const config = JSON.parse(fs.readFileSync('config.json', 'utf8')); // once, at start

app.get('/terms', (req, res) => {
  res.send(fs.readFileSync('terms.html', 'utf8'));
});

async function register(req, res) {
  const hash = bcrypt.hashSync(req.body.password, 12);
  res.json({ hash });
}
app.post('/register', register);

function version(req, res) {
  res.send(execSync('git rev-parse HEAD'));
}
app.get('/version', version);

app.listen(config.port);
