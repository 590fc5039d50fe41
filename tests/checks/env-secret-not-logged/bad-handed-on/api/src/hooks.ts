const secret = String(process.env.HOOK_WEBHOOK_SECRET);
console.log("secret", secret);
const checked = validate(process.env.JWT_SECRET);
console.log("checked", checked);
