const express = require('express');
const expressSession = require('express-session');
const cookieParser = require('cookie-parser');
const { session, cookie } = require('./server');

const app = express();
app.use(expressSession({ secret: session, resave: false, saveUninitialized: false }));
app.use(cookieParser(cookie));
app.listen(8080);
