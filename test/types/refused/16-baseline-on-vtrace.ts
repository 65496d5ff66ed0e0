import { pipe } from 'fp-ts/lib/function.js'
import { vtrace, baseline, stateValue } from 'estimand'

export const wrong = pipe(vtrace({ rhoBar: 1, cBar: 1 }), baseline(stateValue)) // refused: baseline: vtrace has its own; remove baseline
