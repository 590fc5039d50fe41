import { Router, type Request, type Response } from "express";
import { PrismaClient } from "@prisma/client";
import { Books } from "../lib/books.js";
import { RedisStore } from "../lib/redis-store.js";

const prisma = new PrismaClient();
const books = new Books(new RedisStore());

export const booksRouter = Router();

async function showBook(req: Request, res: Response) {
  res.json(await books.find(req.params.id));
}

async function updateBook(req: Request, res: Response) {
  const book = await prisma.book.update({
    where: { id: req.params.id },
    data: { title: req.body.title, shelf: req.body.shelf },
  });
  res.json(book);
}

booksRouter.get("/:id", showBook);
booksRouter.put("/:id", updateBook);
