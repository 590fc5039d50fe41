import { createApp } from "vue";
import { tables } from "@/tide-tables";
import { wanted } from "@/slip";

createApp({ setup: () => ({ tables, wanted }) }).mount("#app");
