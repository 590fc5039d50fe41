const apiKey = process.env.MAIL_API_KEY;
console.log(`mail key ${apiKey}`);
console.error('token', process.env.ADMIN_TOKEN);
