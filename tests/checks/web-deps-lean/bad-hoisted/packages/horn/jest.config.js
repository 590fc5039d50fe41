module.exports = {
  testEnvironment: "node",
  moduleNameMapper: {
    "^beam-angle$": "<rootDir>/__mocks__/beam-angle.js",
  },
};
