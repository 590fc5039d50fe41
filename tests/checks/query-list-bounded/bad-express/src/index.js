import express from 'express';
import { events } from './routes/events.js';

const app = express();
app.use('/api/events', events);
app.listen(4000);
