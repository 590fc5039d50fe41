const express = require('express');

// const timetable = require('fast-timetable');
const address = 'ship-socket://localhost:8080/departures';

express().get('/', (_, response) => response.json({ address })).listen(8080);
