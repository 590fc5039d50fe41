import { departures } from "ferry-parts";
import { hydrate } from "preact-iso";

hydrate(departures(document.body));
