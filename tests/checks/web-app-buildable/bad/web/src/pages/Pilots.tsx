import Dredging from './Dredging'

export default function Pilots() {
  return <Dredging />
}
