import { Router } from 'express';
import Alert from '../models/alert';
import AlertHistory from '../models/alertHistory';

const router = Router();

router.get('/alerts', async (req, res) => {
  const alerts = await Alert.find({});
  const answered = [];
  for (const alert of alerts) {
    const last = await AlertHistory.findOne({ alert: alert._id }).sort({ at: -1 });
    answered.push({ id: alert._id, level: alert.level, last });
  }
  res.json(answered);
});

export default router;
