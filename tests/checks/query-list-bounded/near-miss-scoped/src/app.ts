import express from 'express';
import hives from './hives';

const app = express();
app.use('/hives', hives);
app.listen(3000);
