import { flow } from 'fp-ts/lib/function.js'
import { causality } from 'estimand'

export const wrong = flow(causality, causality) // refused: Legal<W, "causality">
