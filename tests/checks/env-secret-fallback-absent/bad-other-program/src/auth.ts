import jwt from "jsonwebtoken";

const secret = process.env.MILL_GATE_JWT_SECRET || "456456";

export function issue(user: string): string {
  return jwt.sign({ user }, secret, { expiresIn: "1h" });
}
