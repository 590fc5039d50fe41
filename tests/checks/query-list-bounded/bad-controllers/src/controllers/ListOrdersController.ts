import { Request, Response } from "express";
import { ListOrdersService } from "../services/ListOrdersService";

class ListOrdersController {
  async handle(req: Request, res: Response) {
    const list = new ListOrdersService();
    return res.json(await list.execute());
  }
}

export { ListOrdersController };
