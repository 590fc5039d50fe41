const express = require('express');
const depots = require('./depots');

const app = express();
app.use(express.json());
app.use('/depots', depots);
app.get('/ping', (req, res) => res.send('pong'));

app.listen(4100, () => console.log('depot board is up'));
