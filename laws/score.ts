import { pipe } from 'fp-ts/lib/function.js'
import { cloning, meanOverTrajectories, reduce } from '../src/index.ts'
import type { AllFacts, Credit, Estimator, Ratio, RatioStage, Trajectories } from '../src/index.ts'
import { ofAnyBatch } from '../src/weighting/weighting.ts'
import { possibleBatch } from '../src/exact/index.ts'
import { hasParts, refuseArgument } from '../src/trajectories/argument.ts'
import type { LawWorld } from './arbitraries/worlds.ts'
import { worldsUpTo } from './arbitraries/worlds.ts'
import { estimatorIn } from './estimatorIn.ts'
import type { Law } from './law.ts'
import { fails, holds } from './law.ts'
import { gradientTable, worldTable } from './report.ts'
import { exactIn, exactly, gap } from './settings.ts'

/**
 * Law `expectedScoreIsZero` (log-derivative trick): E sum_t grad log pi(a_t|s_t) = 0 on the policy's own data.
 *
 * Stated of an estimator whose weights are 1, which cloning is: the law is what makes baselines free.
 *
 * @param e  an estimator with constant weights; default: cloning
 *
 * @example
 * ```ts
 * import { expectedScoreIsZero, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 20, seed: 1 })(expectedScoreIsZero())._tag // => 'held'
 * ```
 */
export const expectedScoreIsZero = <N, B extends string>(
  e: Estimator<N, B> | Estimator<AllFacts, string> = pipe(cloning, reduce(meanOverTrajectories)),
): Law<LawWorld> => {
  const any = estimatorIn('expectedScoreIsZero', e as Estimator<unknown, string>)
  return {
    name: 'expectedScoreIsZero',
    states: 'E_pi sum_t grad log pi(a_t|s_t) = 0',
    cases: worldsUpTo(),
    verdict: (world) => {
      const { expectation } = exactIn(world, any, {}, 'target')
      const zero = expectation.map(() => 0)
      return gap(expectation, zero) < exactly ? holds : fails(`${worldTable(world.mdp)}\n${gradientTable(world.mdp.A, zero, expectation)}`)
    },
  }
}

/** The ratio of each step of every possible trajectory, and the probability of the trajectory under the sampler. */
const ratiosIn = <N, S extends RatioStage, B extends string>(world: LawWorld, r: Ratio<N, S, B>) => {
  const { batch, probability } = possibleBatch(world.mdp, 'behaviour')
  const logRatio = Float64Array.from(batch.logProb, (l, k) => l - batch.behaviourLogProb[k])
  const ratio = ofAnyBatch<[Float64Array, Trajectories<AllFacts>], Float64Array>(r.ratio)
  return { ratio: ratio(logRatio, batch), probability, batch }
}

const ratioIn = <R>(law: string, r: R): R => {
  refuseArgument(law, r, { expected: 'a ratio, such as perTrajectory', holds: (x) => hasParts(x) && typeof x['ratio'] === 'function' && typeof x['word'] === 'string' })
  return r
}

/**
 * Law `meanRatioIsOne`: a ratio that reweighs samples of mu to samples of pi has mean one.
 *
 *     E_mu rho = 1        at the first step; at the last one too, unless the ratio is of that step alone
 *
 * (Which step is the last depends on the actions, so a ratio of the last step alone has another mean.)
 *
 * @param r  the ratio
 *
 * @example
 * ```ts
 * import { perTrajectory } from 'estimand'
 * import { meanRatioIsOne, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 20, seed: 1 })(meanRatioIsOne(perTrajectory))._tag // => 'held'
 * ```
 */
export const meanRatioIsOne = <N, S extends RatioStage, B extends string>(r: Ratio<N, S, B>): Law<LawWorld> => ({
  name: `meanRatioIsOne(${ratioIn('meanRatioIsOne', r).word})`,
  states: 'E_mu rho = 1',
  cases: worldsUpTo(),
  verdict: (world) => {
    const { ratio, probability, batch } = ratiosIn(world, r)
    let first = 0
    let last = 0
    for (let i = 0; i < batch.count; i++) {
      first += probability[i] * ratio[batch.offsets[i]]
      last += probability[i] * ratio[batch.offsets[i + 1] - 1]
    }
    return Math.abs(first - 1) < exactly && (r.stage === 'step ratio' || Math.abs(last - 1) < exactly)
      ? holds
      : fails(`${worldTable(world.mdp)}\nE rho at the first step ${first}, at the last ${last}`)
  },
})

/** A function of the past as a baseline: of the rewards so far and of the values of the states so far. */
export const pastOf = ({ batch }: { readonly batch: Trajectories<AllFacts>; readonly credit: Credit }): Float64Array => {
  const out = new Float64Array(batch.offsets[batch.count])
  for (let i = 0; i < batch.count; i++) {
    let past = 1
    for (let k = batch.offsets[i]; k < batch.offsets[i + 1]; k++) {
      past += batch.value[k] * (k - batch.offsets[i] + 1)
      out[k] = past
      past += batch.reward[k] * batch.value[k]
    }
  }
  return out
}
