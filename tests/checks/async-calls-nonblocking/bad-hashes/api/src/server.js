const crypto = require('node:crypto');
const { execSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const bcrypt = require('bcryptjs');
const express = require('express');

const app = express();

// draws some bytes, no hash
function salt(req, res) {
  res.send(bcrypt.genSaltSync(12));
}
app.get('/salt', salt);

function register(req, res) {
  const hash = bcrypt.hashSync(req.body.password, bcrypt.genSaltSync(12));
  res.json({ hash });
}
app.post('/register', register);

function login(req, res) {
  res.json({ ok: bcrypt.compareSync(req.body.password, req.user.hash) });
}
app.post('/login', login);

function resetPassword(req, res) {
  res.json({ hash: bcrypt.hashSync(req.body.password, 12) });
}
app.post('/reset', resetPassword);

// the wizard of the first start
function finish(req, res) {
  const pair = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  res.json({ key: pair.publicKey });
}
app.post('/setup/finish', finish);

// where the program lies and which it is: answered in no time
function tool(req, res) {
  const found = execSync('which ffmpeg', { encoding: 'utf8' });
  res.send(execSync(`"${found.trim()}" -version`, { encoding: 'utf8' }));
}
app.get('/tool', tool);

function convert(req, res) {
  spawnSync('ffmpeg', ['-i', req.query.file, 'out.wav']);
  // the entry of one file
  res.end();
}
app.post('/convert', convert);

function discard(req, res) {
  fs.rmSync(req.query.file);
  res.end();
}
app.post('/discard', discard);

function clear(req, res) {
  fs.rmSync(req.query.folder, { recursive: true, force: true });
  res.end();
}
app.post('/clear', clear);

app.listen(8080);
