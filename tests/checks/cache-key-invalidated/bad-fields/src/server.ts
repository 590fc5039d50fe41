import express from "express";
import { booksRouter } from "./routes/books.js";

const app = express();
app.use(express.json());
app.use("/books", booksRouter);
app.listen(3000);
