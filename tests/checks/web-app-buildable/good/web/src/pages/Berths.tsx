import { Title } from '../frame.js'

export default function Berths() {
  return <Title />
}
