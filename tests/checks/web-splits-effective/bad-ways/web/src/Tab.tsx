import Chart from "./Chart";

export default function Tab() {
  return <Chart />;
}
