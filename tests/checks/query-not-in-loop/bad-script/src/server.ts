import express from "express";
import { listPatients, recall } from "./patients";

const app = express();
app.get("/patients", listPatients);
app.post("/patients/recall", recall);
app.listen(4100);
