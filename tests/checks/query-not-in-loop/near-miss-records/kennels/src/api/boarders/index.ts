import { Request, Response, Router } from "express";
import { In } from "typeorm";
import { Boarder } from "../../entities/Boarder";
import { Walk } from "../../entities/Walk";

const router = Router({ mergeParams: true });

router.get("/", async (req: Request, res: Response) => {
  const boarders = await Boarder.find({ where: { kept: true } });
  const walks = await Walk.find({ where: { boarderId: In(boarders.map((one) => one.id)) } });
  const byBoarder = new Map(walks.map((walk) => [walk.boarderId, walk]));
  res.json(boarders.map((one) => ({ ...one, lastWalk: byBoarder.get(one.id)?.at })));
});

router.get("/kept", async (req: Request, res: Response) => {
  const known = new Map<string, string>(req.app.get("owners"));
  const found = [];
  for (const boarder of await Boarder.find()) {
    // A map in memory: no entity is asked.
    found.push(known.get(boarder.id) ?? boarder.ownerName);
  }
  res.json(found);
});

export default router;
