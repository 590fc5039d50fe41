const secureEnv = (url: string) => new URL(url).host;

const DATABASE_URL = process.env.DATABASE_URL;

console.log("settings:", { DATABASE_URL: secureEnv(DATABASE_URL) });
