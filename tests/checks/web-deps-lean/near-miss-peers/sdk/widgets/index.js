const dayline = require("dayline");

exports.Berth = class Berth {
  element = document.createTextNode(dayline.today());
};
