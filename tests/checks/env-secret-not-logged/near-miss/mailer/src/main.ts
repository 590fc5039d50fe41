import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 4300);

createServer((_, answer) => answer.end("ok")).listen(port, () => {
  // What is printed is a word, and the key only chooses it.
  console.log(`
    mailer on ${port}
    delivery:  ${process.env["SENDGRID_API_KEY"] ? "provider" : "mock"}
    database:  ${process.env.DATABASE_URL === undefined ? "missing" : "set"}
  `);
});
