import type { Column, PerStep } from '../columns/column.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { limitedRatio } from '../weighting/evaluate.ts'
import { legality } from '../weighting/stage.ts'
import { IllegalStep } from '../weighting/step.ts'
import type { RatioPlan } from '../weighting/weighting.ts'

/** Steps of a batch as the ratio is to see them when there are no others: each as a trajectory of its own. */
export type Slice = (indices: ArrayLike<number>, logProb: ArrayLike<number>) => Trajectories<AllFacts>

/** Some entries of a column, in a new array. */
export const gathered = (column: ArrayLike<number>, indices: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(indices.length)
  for (let j = 0; j < out.length; j++) out[j] = column[indices[j]]
  return out
}

/** How far log-probs are moved to try a ratio: where the policies agree, one that looks at other steps may be 1 like one that does not. */
const distances = [0.5, 6] as const

/** Steps that are tried alone, at most: nothing hides from a comparison with others where there are none. */
const mostAlone = 32

/** What the order of sums may change of a ratio, as a part of the largest one. */
const rounding = 1e-9

/**
 * Refuses a ratio that is not a step's own: one that is another in the whole batch than in all steps as trajectories of their own, in
 * every second one of these, or in one alone. The way to find out about words of the user's own, which say it of themselves and may be wrong.
 */
export const refuseUnlessOwn = (ratio: RatioPlan, credit: Column<PerStep>, batch: Trajectories<AllFacts>, slice: Slice): void => {
  const { logProb, behaviourLogProb } = batch
  const every = Array.from({ length: credit.length }, (_, k) => k)
  const apart = Math.max(1, Math.ceil(every.length / mostAlone))
  const alone = every.filter((k) => k % apart === 0).map((k) => [k])
  const parts = [every, every.filter((k) => k % 2 === 0), every.filter((k) => k % 2 === 1), ...alone].filter((part) => part.length > 0)
  for (const distance of distances) {
    // Sines of arguments that are far from any period: no two steps are moved alike.
    const moved = Float64Array.from(logProb, (l, k) => l + distance * Math.sin(2.4 * k + 1))
    const ratioOf = (part: readonly number[], of: Trajectories<AllFacts>): Float64Array =>
      limitedRatio(ratio, Float64Array.from(part, (k) => moved[k] - behaviourLogProb[k]), gathered(credit, part), of).slice()
    const whole = ratioOf(every, { ...batch, logProb: moved })
    const largest = whole.reduce((most, rho) => (Number.isFinite(rho) ? Math.max(most, Math.abs(rho)) : most), 0)
    for (const part of parts) {
      const own = ratioOf(part, slice(part, gathered(moved, part)))
      if (part.some((k, j) => Number.isFinite(whole[k]) && !(Math.abs(own[j] - whole[k]) <= rounding * largest))) throw new IllegalStep(legality.prepare['limited ratio'])
    }
  }
}
