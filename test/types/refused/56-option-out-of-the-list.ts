import { batchMean } from 'estimand'

export const wrong = batchMean({ ended: 'one' }) // refused: Type '"one"' is not assignable to type 'Ended'
