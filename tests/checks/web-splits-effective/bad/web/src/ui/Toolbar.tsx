import { Charts } from "../parts/Charts";

export const Toolbar = () => <header>{Charts.title}</header>;
