import mongoose from 'mongoose';

const AlertHistorySchema = new mongoose.Schema({ alert: mongoose.Types.ObjectId, at: Date });

export default mongoose.model('AlertHistory', AlertHistorySchema);
