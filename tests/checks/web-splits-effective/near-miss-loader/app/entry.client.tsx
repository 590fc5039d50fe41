import { hydrateRoot } from "react-dom/client";
import App from "./root";

hydrateRoot(document, <App />);
