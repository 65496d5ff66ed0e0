import { pipe } from 'fp-ts/lib/function.js'
import { vtrace, causality } from 'estimand'

export const wrong = pipe(vtrace({ rhoBar: 1, cBar: 1 }), causality) // refused: causality: vtrace is per step already; remove causality
