import initSqlJs from "sql.js";

export class Logbook {
  private db: any;

  async open(_where: string) {
    const SQL = await initSqlJs();
    this.db = new SQL.Database();
    return this;
  }

  async listTrips() {
    const { rows } = await this.db.query("select * from trips");
    return rows;
  }
}
