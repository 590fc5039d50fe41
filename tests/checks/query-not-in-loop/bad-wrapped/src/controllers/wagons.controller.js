const wagons = require("../services/wagons.service");

class WagonController {
  async handle(req, res) {
    res.json(await wagons.listWagons());
  }
}

module.exports = WagonController;
