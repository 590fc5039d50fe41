import express from 'express';
import alerts from './alerts/router';

const app = express();
app.use(express.json());
app.use('/api', alerts);
app.listen(3000);
