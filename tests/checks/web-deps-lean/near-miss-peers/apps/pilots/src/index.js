import { Draft } from "react-final-draft"

export const pilot = (name) => <Draft name={name} />
