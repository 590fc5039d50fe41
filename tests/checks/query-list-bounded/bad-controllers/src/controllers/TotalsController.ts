import { Request, Response } from "express";
import { TotalsService } from "../services/TotalsService";

class TotalsController {
  async handle(req: Request, res: Response) {
    const list = new TotalsService();
    return res.json(await list.execute());
  }
}

export { TotalsController };
