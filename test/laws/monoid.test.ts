import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, leaveOneOut, meanOverTrajectories, plusMonoid, reduce, totalReturn } from 'estimand'
import type { AllFacts, AnyEstimator, Estimator } from 'estimand'
import { batches } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { gap } from '../vectors/setting.ts'

const mean = reduce(meanOverTrajectories)
const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>
const some = [any(pipe(totalReturn, mean)), any(pipe(totalReturn, causality, mean)), any(pipe(totalReturn, baseline(leaveOneOut), mean))] as const

/** The laws of a monoid, on the weights of arbitrary batches. */
const laws = (concat: (a: AnyEstimator, b: AnyEstimator) => AnyEstimator, empty: AnyEstimator) => {
  const [a, b, c] = some
  const same = (x: AnyEstimator, y: AnyEstimator) =>
    !fc.check(
      fc.property(batches({ provenance: 'on-policy', episodes: 'complete' }), (batch) => gap(x.estimate(batch), y.estimate(batch)) < 1e-9),
      { numRuns: 60 },
    ).failed
  return {
    associative: same(concat(concat(a, b), c), concat(a, concat(b, c))),
    left: same(concat(empty, a), a),
    right: same(concat(a, empty), a),
  }
}

describe('plusMonoid', () => {
  const { concat, empty } = plusMonoid<AllFacts, string>('discounted')
  it('is associative and has an identity', () => expect(laws(concat, empty)).toEqual({ associative: true, left: true, right: true }))
  it('the laws reject a difference', () => {
    const minus = (x: AnyEstimator, y: AnyEstimator): AnyEstimator => ({
      ...x,
      estimate: (batch) => {
        const less = y.estimate(batch)
        return x.estimate(batch).map((w, k) => w - less[k])
      },
    })
    expect(laws(minus, empty)).toEqual({ associative: false, left: false, right: true })
  })
  it('the laws reject another identity', () => expect(laws(concat, some[0])).toEqual({ associative: true, left: false, right: false }))
})
