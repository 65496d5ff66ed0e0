import { pipe } from 'fp-ts/lib/function.js'
import { gae, causality } from 'estimand'

export const wrong = pipe(gae({ lambda: 0.95 }), causality) // refused: causality: this credit is per step already (gae, advantage, ...); remove causality
