import type { Monoid } from 'fp-ts/lib/Monoid.js'
import { oneOf, refuseArgument } from '../trajectories/argument.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Objective } from '../weighting/weighting.ts'
import { plus } from './combine.ts'
import type { Estimator } from './estimator.ts'

const anObjective = oneOf('discounted', 'undiscounted')

/**
 * The estimator whose weights are all 0: what a sum of no estimators is.
 *
 *     W = 0
 *
 * Its expectation is 0 times the gradient ('scaled').
 *
 * @param objective  whose gradient it is 0 times of
 *
 * @example
 * ```ts
 * import { zero } from 'estimand'
 * zero('discounted').needs // => []
 * ```
 */
export const zero = (objective: Objective): Estimator<unknown, 'scaled'> => {
  refuseArgument('zero', objective, anObjective)
  return ours({
    estimate: ({ offsets, count }, into) => into?.fill(0) ?? new Float64Array(offsets[count]),
    objective,
    coupling: 'none',
    needs: [],
    reasons: [reasons.scaled],
    composition: { _tag: 'combination', word: 'zero', parts: [] },
    formula: { text: '0', latex: '0' },
    sources: [],
    claim: { factor: () => 0, text: '0' },
  })
}

/**
 * The sums of estimators of one objective as a monoid of fp-ts, equal where their weights are: for folding a list of them.
 *
 *     concat(a, b) = a + b,   empty = 0
 *
 * Law: vectorSpace; associativity and identity are tested on weights.
 *
 * @param objective  that all of them have
 *
 * @example
 * ```ts
 * import { concatAll } from 'fp-ts/lib/Monoid.js'
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { plusMonoid, totalReturn, cloning, reduce, meanOverTrajectories } from 'estimand'
 * import type { AllFacts } from 'estimand'
 * const mean = reduce(meanOverTrajectories)
 * const sum = concatAll(plusMonoid<AllFacts, 'cloning'>('discounted'))([pipe(totalReturn, mean), pipe(cloning, mean)])
 * sum.needs // => ['Reward', 'CompleteEpisodes', 'OnPolicy']
 * ```
 */
export const plusMonoid = <N, B extends string>(objective: Objective): Monoid<Estimator<N, B | 'summed' | 'scaled'>> => ({
  concat: (a, b) => plus(b)(a),
  empty: zero(objective),
})
