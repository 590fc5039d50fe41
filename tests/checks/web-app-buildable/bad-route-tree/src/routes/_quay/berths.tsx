import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/_quay/berths")({ component: () => <p>berths</p> });
