const express = require('express');
const fs = require('fs');
const path = require('path');

const app = express();
for (const file of fs.readdirSync(path.join(__dirname, 'modules'))) {
  const module = require(path.join(__dirname, 'modules', file));
  app.use(module.path, module.router);
}
app.listen(4100);
