import { Request, Response } from "express";
import { ListTemplatesService } from "../services/ListTemplatesService";

class ListTemplatesController {
  async handle(req: Request, res: Response) {
    const list = new ListTemplatesService();
    return res.json(await list.execute());
  }
}

export { ListTemplatesController };
