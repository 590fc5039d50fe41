const fs = require("fs");

function valueOrFile(name) {
  const value = process.env[name];
  const file = process.env[name + "_FILE"];
  if (value && file) {
    throw new Error(`${name} and ${name}_FILE are both set`);
  }
  if (file) {
    try {
      return fs.readFileSync(file, "utf8").trim();
    } catch (error) {
      throw new Error(`${name}_FILE cannot be read: ${error.message}`);
    }
  }
  return value;
}

module.exports = { lamp: valueOrFile("LAMP"), horn: valueOrFile("HORN") };
