import express from "express";

import { loans } from "./loans";

const app = express();
app.use(express.json());
app.use("/loans", loans);
app.listen(3000);
