import { truncate } from 'estimand'

export const wrong = truncate({ at: 2, below: 0.5 }) // refused: 'below' does not exist in type
