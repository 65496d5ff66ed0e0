import { batchMean } from 'estimand'

export const wrong = batchMean() // refused: batchMean: write baseline(batchMean), or baseline(batchMean({ ended: 'zero' }))
