import { render } from '@testing-library/react'
import Home from './Homes'

render(<Home />)
