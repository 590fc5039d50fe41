import { Button } from "@mantle/core";
import { forecast } from "@tide/forecast/forecast";
import mongoose from "mongoose";
import { anchors } from "./icons";

// pegel-driver is a dependency so that gauges of the old kind can be read: the library looks for
// it when the address begins with "serial:".
await mongoose.connect("mongodb://127.0.0.1/tides");
console.log(forecast("cuxhaven"), anchors, Button);
