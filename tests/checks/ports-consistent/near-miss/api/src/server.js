const express = require('express');
const config = require('./config');

const app = express();
app.get('/rooms', (_req, res) => res.json([]));
app.listen(config.port, '0.0.0.0', () => console.log('listening'));
