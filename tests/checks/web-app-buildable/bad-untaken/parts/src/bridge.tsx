import { span } from 'spanwise'

export const Bridge = () => <b>{span(4)}</b>
