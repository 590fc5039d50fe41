require('./bundle.js');
