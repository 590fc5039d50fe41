import express from 'express';
import { checkStart } from './start';
import { tokenFor } from './tokens';

checkStart();
const app = express();
app.post('/enter', (request, response) => response.json({ token: tokenFor(request.body.name) }));
app.listen(8080);
