import { Controller, Get, Req } from '@nestjs/common';
import { readFileSync } from 'fs';
import { Request } from 'express';
import type { Feature } from 'geojson-types';
import { gates } from 'reports/gates';
import { pool } from '@db/pool';
import { level } from '@gauge/level';

let tracer: unknown;
try {
  tracer = require('dd-trace');
} catch {
  tracer = undefined;
}
export const printer = import('pdfkit').catch(() => undefined);
// import legacy from 'left-pad-legacy';

@Controller('gates')
export class Gates {
  @Get()
  all(@Req() request: Request): Feature[] {
    return gates(pool, level, tracer, request.url, readFileSync('gates.json', 'utf8'));
  }
}
