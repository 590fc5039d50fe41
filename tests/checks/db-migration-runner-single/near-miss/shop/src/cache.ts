import Database from "better-sqlite3";

// a cache on the sqlite file beside the program
const db = new Database("cache.db");
db.exec("CREATE TABLE IF NOT EXISTS pages (url TEXT PRIMARY KEY)");
