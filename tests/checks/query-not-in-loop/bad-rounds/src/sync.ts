import { Repository } from "typeorm";

import { Tool } from "./tool";

// Each row gets values of its own.
export async function importTools(tools: Repository<Tool>, rows: { id: string; name: string }[]) {
  for (const row of rows) {
    const tool = await tools.findOneByOrFail({ id: row.id });
    tool.name = row.name;
    await tools.save(tool);
  }
}
