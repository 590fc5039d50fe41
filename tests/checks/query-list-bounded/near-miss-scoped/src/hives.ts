import { Router } from 'express';
import Hive from './models/hive';

const router = Router();

router.get('/', async (req, res) => {
  // One apiary's own.
  const hives = await Hive.find({ apiary: req.session.apiary }).populate('queen');
  res.json(hives);
});

export default router;
