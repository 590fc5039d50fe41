export const words = ["gate", "berth"];
