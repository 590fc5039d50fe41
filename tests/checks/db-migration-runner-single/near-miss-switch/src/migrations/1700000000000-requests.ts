import type { MigrationInterface, QueryRunner } from "typeorm";

export class Requests1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE requests (id bigserial PRIMARY KEY)`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE requests`);
  }
}
