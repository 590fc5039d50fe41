import { readFileSync } from 'node:fs';

export class Settings {
  private demand(key: string, fallback: string): string {
    const value = process.env[key];
    if (!value) {
      if (process.env.NODE_ENV === 'production') {
        throw new Error(`${key} is not set`);
      }
      return fallback;
    }
    return value;
  }

  get berthSecret(): string {
    return this.demand('BERTH_JWT_SECRET', 'berth-secret-for-my-machine');
  }
}

function fromFile(key: string, secretFile: string): string {
  return process.env[key] ?? readFileSync(`/run/secrets/${secretFile}`, 'utf8');
}

export const pilotKey = fromFile('PILOT_SIGNING_KEY', 'pilot_signing_key');
