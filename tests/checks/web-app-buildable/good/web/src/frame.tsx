import styled, { css } from 'styled-components'

// Generic tags and an ampersand in the text of an element: correct, though few grammars take them.
export const Frame = styled.main<{ $wide?: boolean }>`
  ${(props) => props.$wide && css`max-width: 80rem;`}
`

export const Title = () => <h1>Berths & tides</h1>
