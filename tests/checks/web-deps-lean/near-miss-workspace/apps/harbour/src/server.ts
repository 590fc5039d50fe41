import { Button } from "@mantle/core";
import { forecast } from "@tide/forecast/forecast";
import Keyv from "keyv";
import mongoose from "mongoose";
import tracer from "pulse-trace";
import { anchors } from "./icons";

// pegel-driver is a dependency so that gauges of the old kind can be read: the library looks for
// it when the address begins with "serial:".
await mongoose.connect("mongodb://127.0.0.1/tides");
tracer.init({ runtimeMetrics: true });
const levels = new Keyv(process.env.LEVELS_URL);
console.log(forecast("cuxhaven"), anchors, Button, levels);
