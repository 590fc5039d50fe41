import { Router } from "express";
import { ListOrdersController } from "./controllers/ListOrdersController";
import { ListTemplatesController } from "./controllers/ListTemplatesController";
import { TotalsController } from "./controllers/TotalsController";

const router = Router();

router.get("/orders", new ListOrdersController().handle);
router.get("/templates", new ListTemplatesController().handle);
router.get("/totals", new TotalsController().handle);

export { router };
