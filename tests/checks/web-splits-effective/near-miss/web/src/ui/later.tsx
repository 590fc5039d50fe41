import { lazy, type ComponentType } from "react";

type Load = () => Promise<{ default: ComponentType }>;

// a loader that is handed on
export function withLoader(load: Load) {
  return lazy(load);
}

export function lazyWithRetry(load: Load, retries = 2) {
  return lazy(async () => {
    for (let i = 0; i < retries; i++) {
      try {
        return await load();
      } catch {
        // the next deployment may have removed the chunk
      }
    }
    return load();
  });
}
