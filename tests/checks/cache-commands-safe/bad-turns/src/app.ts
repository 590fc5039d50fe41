import express from "express";
import { dropRooms } from "./rooms";

const app = express();
app.delete("/rooms", async (_req, res) => {
  await dropRooms();
  res.sendStatus(204);
});
app.listen(3000);
