import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";
import Dashboard from "./views/Dashboard.vue";
import Practices from "./views/Practices.vue";
import Audits from "./views/Audits.vue";

const routes: RouteRecordRaw[] = [
  { path: "/", component: Dashboard },
  { path: "/practices", component: Practices },
  { path: "/audits", component: Audits },
  { path: "/reports", component: () => import("./views/Reports.vue") },
  { path: "/usage", name: "usage", component: Dashboard },
];

export default createRouter({ history: createWebHistory(), routes });
