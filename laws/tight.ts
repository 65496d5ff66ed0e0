import type { AllFacts, Estimator, Reason } from '../src/index.ts'
import { truth } from '../src/exact/index.ts'
import type { Sampling } from '../src/exact/index.ts'
import * as fc from 'fast-check'
import type { Kind } from '../src/trajectories/argument.ts'
import { hasParts, refuseArgument } from '../src/trajectories/argument.ts'
import { refuseFields } from '../src/trajectories/fields.ts'
import type { LawWorld, WorldBounds } from './arbitraries/worlds.ts'
import { worldsUpTo } from './arbitraries/worlds.ts'
import { estimatorIn } from './estimatorIn.ts'
import { expectationOfSegments, trueValue } from './cutting.ts'
import { gradientTable, worldTable } from './report.ts'
import { exactIn, gap, samplingOf } from './settings.ts'
import type { Trial } from './law.ts'
import { trialFields } from './law.ts'

/** Where a reason is to be witnessed: worlds in which no other reason of the same estimator can show. */
export interface WitnessSetting extends WorldBounds {
  readonly sampling?: Sampling
  /** Time before which episodes of the target policy are cut, and continued by an arbitrary value. Default: they are complete. */
  readonly cutAt?: number
}

/** The gradient of an estimator's objective in a world, and its expectation there, in the setting of a witness. */
export const expectationIn = (
  world: LawWorld,
  e: Estimator<AllFacts, string>,
  { sampling = samplingOf(e), cutAt }: WitnessSetting,
): { readonly target: readonly number[]; readonly expectation: readonly number[] } => {
  if (cutAt !== undefined) {
    const { gradJ, gradJUndiscounted } = truth(world.mdp)
    const target = e.objective === 'discounted' ? gradJ : gradJUndiscounted
    return { target, expectation: expectationOfSegments(world.mdp, world.value, e, cutAt, trueValue) }
  }
  const { target, expectation } = exactIn(world, e, {}, sampling)
  return { target: target.value, expectation }
}

/** A world in which a declared bias shows, as small as it was found to get. */
export interface Witness {
  readonly world: LawWorld
  readonly report: string
}

const aReason: Kind = { expected: "a reason, such as reasons.clipping", holds: (x) => hasParts(x) && typeof x['class'] === 'string' && typeof x['name'] === 'string' }

/** Difference that is no rounding. */
const visible = 1e-6

/** How far x is from the line through y: 0 where they are parallel, whatever the factor. */
const offParallel = (x: readonly number[], y: readonly number[]): number => {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, k) => sum + v * b[k], 0)
  const length = dot(y, y)
  // Without a direction to be parallel to, being different from 0 is all there is.
  const factor = length < visible * visible ? 0 : dot(x, y) / length
  return gap(x, y.map((v) => factor * v))
}

/**
 * Law `tight`: a reason that an estimator declares shows in some world. A reason without a witness is a wrong claim too.
 *
 *     class scaled, other objective     a world with  E ghat != grad J
 *     class biased                      a world with  E ghat not parallel to grad J
 *
 * Give it a host: an estimator that has no other reason, so that what shows is this one. It returns the smallest witness, or null.
 *
 * @param because  the reason
 * @param setting  worlds and sampling in which nothing else shows
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, importance, perStep, reduce, meanOverTrajectories, reasons } from 'estimand'
 * import { tight } from 'estimand/laws'
 * const host = pipe(totalReturn, causality, importance(perStep), reduce(meanOverTrajectories))
 * tight(reasons['state distribution'])({ seed: 1 })(host) !== null // => true
 * ```
 */
export const tight =
  (because: Reason, setting: WitnessSetting = {}) =>
  (trial: Trial) =>
  <N, B extends string>(e: Estimator<N, B>): Witness | null => {
    refuseArgument('tight', because, aReason)
    refuseFields('tight: trial', trial, trialFields)
    const { seed, runs = 300 } = trial
    const any = estimatorIn('tight', e)
    const shown = (world: LawWorld): boolean => {
      const { expectation, target } = expectationIn(world, any, setting)
      return (because.class === 'biased' ? offParallel(expectation, target) : gap(expectation, target)) > visible
    }
    const { sampling: _, cutAt: __, ...bounds } = setting
    const worlds = worldsUpTo({ ...(any.coupling === 'none' ? {} : { states: 2 }), ...bounds })
    const { counterexample } = fc.check(
      fc.property(worlds, (world) => !shown(world)),
      { numRuns: runs, seed },
    )
    if (counterexample === null) return null
    const [world] = counterexample
    const { expectation, target } = expectationIn(world, any, setting)
    const how = setting.cutAt === undefined ? `sampled by the ${setting.sampling ?? samplingOf(any)} policy` : `cut before time ${setting.cutAt}, sampled by the target policy`
    return {
      world,
      report: `${because.name} shows (seed ${seed}), ${how}:\n${worldTable(world.mdp)}\n${gradientTable(world.mdp.A, target, expectation)}`,
    }
  }
