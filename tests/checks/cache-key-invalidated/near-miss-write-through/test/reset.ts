import { deleteSpecimens } from "../src/services/specimens";

afterEach(() => deleteSpecimens(["1", "2"]));
