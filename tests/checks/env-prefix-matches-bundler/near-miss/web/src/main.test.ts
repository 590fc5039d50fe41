test('x', () => { process.env.REACT_APP_X; expect(process.env.NEXT_PUBLIC_X).toBe(1) })
