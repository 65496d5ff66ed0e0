import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { mix, plus, scale } from '../src/index.ts'
import type { AllFacts, AnyEstimator, Estimator, Trajectories } from '../src/index.ts'
import { estimatorIn } from './estimatorIn.ts'
import type { Law } from './law.ts'
import { batchesFor, same, untyped, weightsOf } from './weights.ts'

/** Operations on estimators; ours unless mutants are to be tried. */
export interface Operations {
  readonly plus: (a: AnyEstimator, b: AnyEstimator) => AnyEstimator
  readonly scale: (c: number, a: AnyEstimator) => AnyEstimator
  readonly mix: (c: number, a: AnyEstimator, b: AnyEstimator) => AnyEstimator
}

const ours: Operations = {
  plus: (a, b) => pipe(a, plus(b)),
  scale: (c, a) => pipe(a, scale(c)),
  mix: (c, a, b) => mix([c, a], [1 - c, b]),
}

/**
 * Law `vectorSpace`: estimators of one objective add and scale as their weights do.
 *
 *     W(a + b) = W(a) + W(b) = W(b + a),   W(c a) = c W(a),   W(mix) = c W(a) + (1 - c) W(b)
 *
 * @param a           an estimator
 * @param b           another of the same objective
 * @param operations  plus, scale, mix; default: ours
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, reduce, meanOverTrajectories } from 'estimand'
 * import { vectorSpace, tryLaw } from 'estimand/laws'
 * const mean = reduce(meanOverTrajectories)
 * tryLaw({ runs: 50, seed: 1 })(vectorSpace(pipe(totalReturn, mean), pipe(totalReturn, causality, mean)))._tag // => 'held'
 * ```
 */
export const vectorSpace = <N1, B1 extends string, N2, B2 extends string>(
  a: Estimator<N1, B1>,
  b: Estimator<N2, B2>,
  operations: Operations = ours,
): Law<{ readonly batch: Trajectories<AllFacts>; readonly c: number }> => ({
  name: 'vectorSpace',
  states: 'W(a + b) = W(a) + W(b), W(c a) = c W(a), W(mix) = c W(a) + (1 - c) W(b)',
  cases: fc.record({ batch: batchesFor({ needs: [...estimatorIn('vectorSpace', a).needs, ...estimatorIn('vectorSpace', b).needs] }), c: fc.integer({ min: -20, max: 20 }).map((k) => k / 10) }),
  verdict: ({ batch, c }) => {
    const [x, y] = [untyped(a), untyped(b)]
    const [wx, wy] = [weightsOf(x, batch), weightsOf(y, batch)]
    const verdicts = [
      same(batch, wx.map((w, k) => w + wy[k]), weightsOf(operations.plus(x, y), batch), 'a + b'),
      same(batch, wx.map((w, k) => w + wy[k]), weightsOf(operations.plus(y, x), batch), 'b + a'),
      same(batch, wx.map((w) => c * w), weightsOf(operations.scale(c, x), batch), 'c a'),
      same(batch, wx.map((w, k) => c * w + (1 - c) * wy[k]), weightsOf(operations.mix(c, x, y), batch), 'mix'),
    ]
    return verdicts.find(({ _tag }) => _tag === 'fails') ?? verdicts[0]
  },
})
