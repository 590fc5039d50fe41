import axios from "axios";
import express from "express";

const app = express();
const url = "https://buoys.example/seen";

async function tell(seen: string): Promise<void> {
  const body = { seen };

  // Nobody waits for it.
  axios
    .post(url, body)
    .then(() => {})
    .catch(() => {});
}

app.post("/buoys", async (req, res) => {
  await tell(req.body.seen);
  res.end();
});

app.get("/buoys/out", async (_req, res) => {
  const token = null; // not asked for yet
  if (token) {
    await axios.post(url, { token });
  }
  res.end();
});

app.listen(3000);
