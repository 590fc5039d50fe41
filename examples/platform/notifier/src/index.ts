import { createServer } from "node:http";

import { createTransport } from "nodemailer";
import { createClient } from "redis";

import { readSettings } from "./settings.js";

const QUEUE = "tidewater:mail";

const settings = readSettings(process.env);
const queue = createClient({ url: settings.redisUrl });
const mail = createTransport(settings.smtpUrl);

await queue.connect();

createServer((request, answer) => {
  answer.writeHead(request.url === "/status" && queue.isReady ? 200 : 503).end();
}).listen(9000);

for (;;) {
  const entry = await queue.blPop(QUEUE, 0);
  if (entry) {
    await mail.sendMail({
      from: settings.sender,
      to: settings.harbourMaster,
      subject: "New booking",
      text: `Booking ${entry.element} was made.`,
    });
  }
}
