import { createApp } from "vue";
import { saving } from "@/saving";

createApp({ setup: saving }).mount("#app");
