const { Worker } = require("bullmq");

new Worker("mail", async (job) => job.data, { connection: { host: "redis" } });
