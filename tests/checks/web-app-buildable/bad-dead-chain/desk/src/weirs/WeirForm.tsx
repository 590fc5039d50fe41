import { Grid } from "flood-grid";

export const WeirForm = () => <Grid />;
