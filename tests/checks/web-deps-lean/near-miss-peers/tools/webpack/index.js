const Dotenv = require("dotenv-loadable");

exports.common = { plugins: [new Dotenv()] };
