import { pipe } from 'fp-ts/lib/function.js'
import { vtrace, truncate } from 'estimand'

export const wrong = pipe(vtrace({ rhoBar: 1, cBar: 1 }), truncate({ at: 2 })) // refused: truncate: vtrace limits its own ratios; use rhoBar and cBar
