const express = require('express');
const { Users } = require('./users');
const bcrypt = require('bcrypt');

function offices(app) {
  app.post('/session', async (req, res) => {
    const user = await Users.find(req.body.name);
    res.json({ ok: bcrypt.compareSync(req.body.password, user.hash) });
  });
}

const app = express();
offices(app);
app.listen(8080);
