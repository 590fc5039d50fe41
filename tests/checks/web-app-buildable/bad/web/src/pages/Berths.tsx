import { pageSize } from '../lib/settings'

export default function Berths() {
  return <h1>Berths ({pageSize} a page)</h1>
}
