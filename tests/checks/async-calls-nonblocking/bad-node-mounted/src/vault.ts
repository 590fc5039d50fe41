import crypto from "node:crypto";

function deriveKey(salt: Buffer): Buffer {
  return crypto.scryptSync(process.env.SECRET ?? "", salt, 32);
}

export async function seal(text: string) {
  const salt = crypto.randomBytes(32);
  const iv = crypto.randomBytes(16);
  const key = deriveKey(salt);
  const cipher = crypto.createCipheriv("aes-256-gcm", key, iv);
  return { sealed: cipher.update(text, "utf8", "hex") + cipher.final("hex"), salt, iv };
}
