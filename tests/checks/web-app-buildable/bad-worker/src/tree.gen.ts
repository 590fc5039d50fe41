// This file was automatically generated. Do not edit.
import { Quay } from './routes/quay'

export const tree = [Quay]
