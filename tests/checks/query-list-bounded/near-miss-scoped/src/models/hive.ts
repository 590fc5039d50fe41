import mongoose from 'mongoose';

const HiveSchema = new mongoose.Schema({ apiary: String, queen: String });

export default mongoose.model('Hive', HiveSchema);
