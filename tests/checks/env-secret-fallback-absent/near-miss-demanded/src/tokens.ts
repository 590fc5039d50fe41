import jwt from 'jsonwebtoken';

export function tokenFor(name: string): string {
  return jwt.sign({ name }, process.env.JWT_SECRET || 'quay-on-my-machine');
}
