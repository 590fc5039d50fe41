import Files from "./Files";
import { lazy } from "react";

const Fake = lazy(() => Promise.resolve({ default: Files }));
