import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { known } from "./schema";

export const client = createClient<paths>({ baseUrl: known });
