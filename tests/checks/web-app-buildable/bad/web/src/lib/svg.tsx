export const Anchor = () => <svg />
export const Buoy = () => <svg />
export const Crane = () => <svg />
