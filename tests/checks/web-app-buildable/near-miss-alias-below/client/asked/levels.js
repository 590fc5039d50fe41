export const levels = 'query { levels }'
