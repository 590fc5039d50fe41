import express from 'express';
import { events } from './routes/events.js';
import { tickets } from './routes/tickets.js';

const app = express();
app.use('/api/events', events);
app.use('/api/tickets', tickets);
app.listen(process.env.PORT || 4000);
