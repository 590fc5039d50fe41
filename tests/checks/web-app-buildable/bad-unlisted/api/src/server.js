const express = require('express');
const helmet = require('helmet');
const uuid = require('uuid');
const tides = require('./routes/Tides');

const app = express();
app.use(helmet());
app.use((req, res, next) => { req.id = uuid.v4(); next(); });
app.use('/tides', tides);
app.listen(8080);
