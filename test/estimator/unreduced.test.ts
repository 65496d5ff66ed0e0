import { pipe } from 'fp-ts/lib/function.js'
import { causality, claimScale, lossWeights, meanOverTrajectories, mix, plus, reduce, scale, surrogate, totalReturn } from 'estimand'
import { describe, expect, it } from 'vitest'
import { thrown } from './outcome.ts'

const unreduced = pipe(totalReturn, causality) as never
const e = pipe(totalReturn, causality, reduce(meanOverTrajectories))

describe('a weighting where an estimator belongs, without a compiler', () => {
  const refused: Readonly<Record<string, () => unknown>> = {
    'plus, first': () => plus(e)(unreduced),
    'plus, second': () => plus(unreduced),
    scale: () => scale(2)(unreduced),
    mix: () => mix([0.5, e], [0.5, unreduced]),
    claimScale: () => claimScale({ factor: () => 1, text: '1' })(unreduced),
    surrogate: () => surrogate(unreduced),
    lossWeights: () => lossWeights(unreduced),
  }
  for (const [name, build] of Object.entries(refused))
    it(name, () => expect(thrown(build)).toBe('IllegalStep: expected an estimator: end the pipe with reduce(...), such as reduce(meanOverTrajectories)'))
  it('an estimator is let through', () => expect(thrown(() => [plus(e)(e), scale(2)(e), mix([0.5, e], [0.5, e]), surrogate(e), lossWeights(e)])).toBe('nothing'))
})
