import fs from 'node:fs';
import path from 'node:path';
import bcrypt from 'bcrypt';
import express from 'express';
import ssh2 from 'ssh2';
import { parse } from 'yaml';

const LOGS = '/var/log/hub';
const app = express();

function widget(req, res) {
  const script = path.join(__dirname, 'browser/widget.js');
  res.send(fs.readFileSync(script, 'utf8'));
}
app.get('/widget', widget);

function accessLog(req, res) {
  const configPath = path.join(LOGS, 'access.log');
  res.send(fs.readFileSync(configPath, 'utf8'));
}
app.get('/log', accessLog);

function tree(req, res) {
  const stack = [req.query.root];
  const found = [];
  while (stack.length > 0) {
    const current = stack.pop();
    for (const entry of fs.readdirSync(current, { withFileTypes: true })) {
      if (entry.isDirectory()) stack.push(path.join(current, entry.name));
      else found.push(entry.name);
    }
  }
  res.json(found);
}
app.get('/tree', tree);

function plugins(req, res) {
  const names = fs.readdirSync('/srv/plugins').filter((name) => {
    return fs.statSync(`/srv/plugins/${name}`).isDirectory();
  });
  res.json(names);
}
app.get('/plugins', plugins);

function routing(req, res) {
  const text = fs.readFileSync(path.join(req.query.root, 'routes.yml'), 'utf8');
  res.json(parse(text));
}
app.get('/routing', routing);

function deployKey(req, res) {
  const pair = ssh2.utils.generateKeyPairSync('rsa', { bits: 4096 });
  res.json({ key: pair.public });
}
app.post('/keys', deployKey);

let last = null;
function drawing(req, res) {
  if (!req.query.cached) {
    last = fs.readFileSync(req.query.file);
  }
  fs.unlinkSync(req.query.file);
  res.send(last);
}
app.get('/drawing', drawing);

function restore(req, res) {
  fs.writeFileSync(req.query.file, new Zip(req.body).readFile('store'));
  process.exit(0);
}
app.post('/store', restore);

export const signIns = createAuth({
  password: {
    async verify({ hash, password }) {
      return bcrypt.compareSync(password, hash);
    },
  },
});

app.listen(8080);
