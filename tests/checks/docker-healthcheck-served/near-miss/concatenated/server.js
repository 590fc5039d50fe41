const express = require('express');

const app = express();
app.get('/alive', (req, res) => res.json({ ok: true }));
app.listen(process.env.PORT || 4200);
