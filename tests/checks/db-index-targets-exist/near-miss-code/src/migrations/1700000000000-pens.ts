import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Pens1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn('pens', 'depth'))) {
      await runner.query(`
        ALTER TABLE "pens"
        ADD COLUMN "depth" integer
      `);
      await runner.query(`CREATE INDEX pens_depth ON "pens" ("depth")`);
    }
    // A column of the class below, which the ORM brings into being.
    await runner.query(`CREATE INDEX feeds_grain ON feeds (grain)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "pens" DROP COLUMN "depth"`);
  }
}
