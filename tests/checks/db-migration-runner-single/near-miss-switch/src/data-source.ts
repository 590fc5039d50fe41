import { DataSource, type DataSourceOptions } from "typeorm";

const devConfig: DataSourceOptions = {
  type: "postgres",
  url: process.env.DATABASE_URL,
  extra: { max: 5 },
  synchronize: true,
};

const embedded: DataSourceOptions = {
  type: "sqlite",
  database: "config/db.sqlite3",
  // A file of one desktop user; the servers' tables are those of the migrations.
  synchronize: true,
};

const served: DataSourceOptions = {
  type: "postgres",
  url: process.env.DATABASE_URL,
  synchronize: false,
  migrations: ["dist/migrations/*.js"],
};

const chosen = process.env.NODE_ENV === "production" ? served : devConfig;
export const source = new DataSource(process.env.DESKTOP ? embedded : chosen);
