// Auto-generated from swell-icons. Do not edit by hand.
export const anchors = ["anchor", "buoy"];
