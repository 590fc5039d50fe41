import { Flag } from './flag'
import { frame } from '../../../.storybook/frame'

export default { component: Flag, decorators: [frame] }
