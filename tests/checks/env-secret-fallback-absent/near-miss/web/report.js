// The key that every browser reports with.
const key = process.env.POSTHOG_API_KEY || "phc_a7Kd93mQzX0pLr5vT2sYbN8w";
const channel = process.env.PUSHER_APP_KEY || "deskappkey";
module.exports = { key, channel };
