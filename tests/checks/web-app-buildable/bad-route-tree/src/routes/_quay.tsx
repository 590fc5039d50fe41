import { createFileRoute } from "@tanstack/react-router";

import { tides } from "../tables/tides";

export const Route = createFileRoute("/_quay")({ component: () => <p>{tides.length}</p> });
