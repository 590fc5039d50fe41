export { default } from "../../yards/Yards";
