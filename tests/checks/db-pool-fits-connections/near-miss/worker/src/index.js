import pg from 'pg';

// one pool for all jobs
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.WORKER_POOL ?? 30),
});

setInterval(() => pool.query('SELECT next_job()'), 1000);
