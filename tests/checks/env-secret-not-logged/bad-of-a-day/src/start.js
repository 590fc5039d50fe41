const uri = process.env.MILL_DB_URI;

console.log(`connecting to ${uri}`);
