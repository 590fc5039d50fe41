const express = require('express');

const app = express();
app.get('/health', (request, response) => response.send('up'));
app.listen(process.env.PORT || 4000);
