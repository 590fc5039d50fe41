module.exports = { parseAngle: () => 0 };
