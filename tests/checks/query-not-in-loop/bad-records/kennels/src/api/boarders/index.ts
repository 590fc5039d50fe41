// Mounted by its folder: the loader reads src/api and uses what each file exports.
import { Request, Response, Router } from "express";
import { Boarder } from "../../entities/Boarder";
import { Walk } from "../../entities/Walk";

const router = Router({ mergeParams: true });

router.get("/", async (req: Request, res: Response) => {
  const boarders = await Boarder.find({ where: { kept: true } });
  const found = [];
  for (const boarder of boarders) {
    const last = await Walk.findOne({ where: { boarderId: boarder.id }, order: { at: "DESC" } });
    found.push({ ...boarder, lastWalk: last?.at });
  }
  res.json(found);
});

router.post("/chosen", async (req: Request, res: Response) => {
  const { boarderIds } = req.body as { boarderIds: string[] };
  const found = [];
  for (const id of boarderIds) {
    found.push(await Boarder.findOneBy({ id }));
  }
  res.json(found);
});

export default router;
