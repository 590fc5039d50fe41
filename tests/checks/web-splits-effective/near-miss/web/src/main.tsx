import { createRoot } from "react-dom/client";
import { lazy, Suspense } from "react";
import type { ChartOptions } from "./parts/Charts";
import { EditorProps } from "./parts/Editor";
import Notes from "./parts/Notes";
import { lazyWithRetry, withLoader } from "./ui/later";

const Charts = lazy(() => import("./parts/Charts"));
const Editor = lazyWithRetry(() => import("./parts/Editor"));
const Calendar = withLoader(() => import("./parts/Calendar"));
const Files = lazy(() => import("./parts/Files"));
const options: ChartOptions = { kind: "bar" };
const empty = Object.freeze<EditorProps>({});
const start = (props: EditorProps) => <Editor {...props} />;

createRoot(document.getElementById("root")!).render(
  <Suspense fallback={null}>
    <Charts {...options} />
    <Calendar />
    <Files />
    <Notes />
    {start(empty)}
  </Suspense>,
);
