const path = require('path')
const places = require('./places')

module.exports = {
  entry: './client/index.js',
  resolve: {
    alias: {
      'queries': path.join(process.cwd(), 'client/asked'),
      'paint': places.paint
    }
  }
}
