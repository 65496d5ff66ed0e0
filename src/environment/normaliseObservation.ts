import { kinds, refuseArgument } from '../trajectories/argument.ts'
import { refuseFields } from '../trajectories/fields.ts'
import type { Environment, Learnt } from './environment.ts'
import { changed } from './environment.ts'
import { aRun, refuseOptions, refuseOther } from './kinds.ts'
import type { LockStep, SavedRun } from './lockStep.ts'
import type { Moments } from './moments.ts'
import { emptyMoments, momentsIn, seeRows } from './moments.ts'
import type { Box, Space } from './space.ts'
import { box, describeSpace, sizeOf } from './space.ts'

/** How observations are normalised. */
export interface NormaliseObservationOptions<By extends Moments | undefined = Moments | undefined> {
  /** Moments to normalise by, which then never change: for evaluation. Without them, those of all that the run has seen so far. */
  readonly by?: By
  /** Normalised numbers are kept within -clip and clip. Default: Infinity; 10 is usual in PPO code. */
  readonly clip?: number
}

/** With moments of its own it learns nothing. */
type LearntWith<By> = [By] extends [Moments] ? never : 'observations'

const memoryName = 'normaliseObservation: count, mean, squares'
/** Keeps numbers that never vary from being divided by 0. */
const floor = 1e-8

/**
 * Normalise observations, each number by its own mean and deviation.
 *
 *     x <- (x - mean) / sqrt(variance + 1e-8)
 *
 * While moments run, one state is observed differently early and late: what a policy has learnt shifts under it. The moments are part
 * of the run and are saved with it; `observationMoments` reads them, and `by` freezes them. A new run begins with none, so what was trained
 * is judged by `evaluate(training, ...)`, with the moments of the training.
 *
 * @param options  moments to freeze, and a bound
 * @throws RangeError if the moments are not of this observation, or clip is not > 0
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole, lockStep, normaliseObservation, observationMoments } from 'estimand/environment'
 * const run = lockStep(pipe(cartPole(), normaliseObservation({ clip: 10 })), { copies: 8, seed: 1 })
 * run.step([0, 1, 0, 1, 0, 1, 0, 1])
 * const frozen = pipe(cartPole(), normaliseObservation({ by: observationMoments(run) }))
 * Math.round(observationMoments(run).count) // => 16
 * ```
 */
export const normaliseObservation = <By extends Moments | undefined = undefined>(options: NormaliseObservationOptions<By> = {}) => {
  refuseOptions('normaliseObservation', options, ['by', 'clip'], 'normaliseObservation() or normaliseObservation({ clip: 10 })')
  return <Shape extends readonly number[], A extends Space, L extends string>(environment: Environment<Box<Shape>, A, L>): Environment<Box<Shape>, A, L | LearntWith<By>> => {
    refuseOther('normaliseObservation', environment)
    const { by, clip = Infinity } = options
    if (by !== undefined) refuseFields('normaliseObservation.by', by, { mean: kinds.list, variance: kinds.list, count: { expected: 'how many have been seen', holds: (x) => typeof x === 'number' } })
    if (environment.observation._tag !== 'Box')
      throw new TypeError(`normaliseObservation: ${environment.name}: expected an environment that observes a box, got one that observes ${describeSpace(environment.observation)}; make indices into vectors with oneHot`)
    const m = sizeOf(environment.observation)
    if (!(clip > 0)) throw new RangeError(`normaliseObservation: clip: expected a number > 0, got ${clip}`)
    if (by !== undefined && (by.mean.length !== m || by.variance.length !== m))
      throw new RangeError(`normaliseObservation: by: expected moments of ${m} numbers, as ${environment.name} observes, got ${by.mean.length}`)
    // As data; the type above says it to the compiler.
    const learns: readonly Learnt[] = by === undefined ? ['observations'] : []
    return changed(environment, {
      word: by === undefined ? 'normaliseObservation' : 'normaliseObservation(frozen)',
      observation: box(environment.observation.shape, { low: -clip, high: clip }),
      action: environment.action,
      learns: learns as readonly never[],
      open: (inner, { learning }) => {
        const seen = emptyMoments(m)
        const mean = Float64Array.from(by?.mean ?? seen.subarray(1, 1 + m))
        const factor = Float64Array.from({ length: m }, (_, j) => 1 / Math.sqrt((by?.variance[j] ?? 1) + floor))
        const heed = (): void => {
          for (let j = 0; j < m; j++) {
            mean[j] = seen[1 + j]
            factor[j] = 1 / Math.sqrt(seen[1 + m + j] / seen[0] + floor)
          }
        }
        return {
          observe: (into, from, to) => {
            inner.observe(into, from, to)
            if (by === undefined) {
              if (learning !== 'stands still') seeRows(seen, m, into, from, to)
              heed()
            }
            for (let i = from; i < to; i++)
              for (let j = 0; j < m; j++) into[i * m + j] = Math.min(Math.max((into[i * m + j] - mean[j]) * factor[j], -clip), clip)
          },
          memory: by === undefined ? [{ name: memoryName, values: seen }] : [],
        }
      },
    })
  }
}

/**
 * The moments that a run normalises its observations by.
 *
 * @param run  copies of an environment with running normaliseObservation, or what was saved of them
 * @throws TypeError if the environment has none
 *
 * @example
 * ```ts
 * import { cartPole, lockStep, observationMoments } from 'estimand/environment'
 * observationMoments(lockStep(cartPole(), { copies: 1, seed: 1 }))
 * // => throws TypeError: CartPole-v1: no running normaliseObservation
 * ```
 */
export const observationMoments = (run: Pick<LockStep<Space, Space> | SavedRun, 'memory' | 'environment'>): Moments => {
  refuseArgument('observationMoments', run, aRun)
  const { memory, environment } = run
  const remembered: readonly { readonly name: string; readonly values: ArrayLike<number> }[] = memory
  const found = remembered.findLast(({ name }) => name === memoryName)
  if (found === undefined) throw new TypeError(`${typeof environment === 'string' ? environment : environment.name}: no running normaliseObservation; put it around the environment that is run`)
  return momentsIn(Float64Array.from(found.values))
}
