require("tides");
