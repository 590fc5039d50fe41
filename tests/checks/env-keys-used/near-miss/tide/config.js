const { constantCase } = require('change-case');
const fields = ['gaugeAddress', 'gaugeInterval', 'gaugeUnit'];
module.exports = Object.fromEntries(fields.map((one) => [one, process.env[constantCase(one)]]));
