export interface Settings {
  redisUrl: string;
  smtpUrl: string;
  sender: string;
  harbourMaster: string;
}

function required(value: string | undefined, key: string): string {
  if (!value) {
    throw new Error(`${key} is not set`);
  }
  return value;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    redisUrl: required(env.REDIS_URL, "REDIS_URL"),
    smtpUrl: required(env.SMTP_URL, "SMTP_URL"),
    sender: env.MAIL_FROM ?? "bookings@tidewater.example",
    harbourMaster: required(env.MAIL_TO, "MAIL_TO"),
  };
}
