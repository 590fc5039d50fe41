export { PracticeRoutes as default } from "./practice-routes";
