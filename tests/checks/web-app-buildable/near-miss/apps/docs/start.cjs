// Runs in the image, beside the server that Next.js puts there.
process.env.TZ = "UTC";
require("./apps/docs/server.js");
