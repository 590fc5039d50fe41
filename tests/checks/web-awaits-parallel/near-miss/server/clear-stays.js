#!/usr/bin/env node
const { listStays, deleteStay } = require("./api");

async function main() {
  const stays = await listStays(process.argv[2]);
  for (const stay of stays) {
    await deleteStay(stay.id);
    console.log("gone", stay.id);
  }
}

main();
