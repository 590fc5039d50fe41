import mongoose from 'mongoose';

const AlertSchema = new mongoose.Schema({ shelf: String, level: Number });

export default mongoose.model('Alert', AlertSchema);
