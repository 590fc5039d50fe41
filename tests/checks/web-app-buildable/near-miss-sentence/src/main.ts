import { createApp } from "vue";
import Quay from "./Quay.vue";

createApp(Quay).mount("#app");
