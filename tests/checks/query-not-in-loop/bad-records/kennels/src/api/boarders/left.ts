import { Request, Response, Router } from "express";
import { In } from "typeorm";
import { Boarder } from "../../entities/Boarder";
import { ownersFromCache } from "../../cache";

const router = Router();

router.post("/owners/batch", async (req: Request, res: Response) => {
  const { boarderIds } = req.body as { boarderIds: string[] };
  const { owners, missedIds } = await ownersFromCache(boarderIds);
  // What the cache missed: mostly nothing.
  for (const id of missedIds) {
    const boarder = await Boarder.findOneBy({ id });
    owners.set(id, boarder?.ownerName);
  }
  res.json([...owners]);
});

export default router;
