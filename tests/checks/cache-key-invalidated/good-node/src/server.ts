import express from "express";
import { plantsRouter } from "./routes/plants.js";

const app = express();
app.use(express.json());
app.use("/plants", plantsRouter);
app.listen(Number(process.env.PORT ?? 3000));
