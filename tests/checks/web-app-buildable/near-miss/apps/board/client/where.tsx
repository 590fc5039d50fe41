import place from "./place"

export const Where = () => <p>{place.name}</p>
