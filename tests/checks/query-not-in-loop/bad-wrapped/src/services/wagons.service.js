const Wagon = require("../models/wagon.model");
const Axle = require("../models/axle.model");

class WagonService {
  async listWagons() {
    const wagons = await Wagon.find();
    for (const wagon of wagons) {
      wagon.axles = await Axle.find({ wagon: wagon._id });
    }
    return wagons;
  }
}

module.exports = new WagonService();
