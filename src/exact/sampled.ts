import * as E from 'fp-ts/lib/Either.js'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { estimatorProblem } from '../estimator/estimator.ts'
import { kinds } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { fieldProblems } from '../trajectories/fields.ts'
import { isPlain } from '../trajectories/keys.ts'
import type { Problem } from '../trajectories/problem.ts'
import type { Enumerated } from './enumerate.ts'
import { roomForTrajectories } from './enumerate.ts'
import type { Setting } from './setting.ts'
import { batchSizeOf, carriedIn, givesValues, settingProblems, valuesIn, unmetInWorlds } from './setting.ts'
import { batchProblems, horizonProblems } from './bounds.ts'
import { batchIn, fill, roomFor } from './facts.ts'
import type { Model } from './model.ts'
import { modelOf } from './model.ts'
import { truth } from './truth.ts'

/** How much is to be sampled. */
export interface Sampled {
  /** How many batches. */
  readonly batches: number
  /** Seed of the random numbers; the same seed gives the same answer. */
  readonly seed: number
}

/** A sampled expectation. Gradients are flat, row-major in (s, a). */
export interface SampledMean {
  /** Mean of ghat over the batches. [S A] */
  readonly mean: readonly number[]
  /** Standard error of each component of the mean. [S A] */
  readonly standardError: readonly number[]
  /** mean - 1.96 standard errors, mean + 1.96 standard errors: 95 % for each component by itself. [S A] */
  readonly interval: readonly (readonly [low: number, high: number])[]
  /** Trajectories in a batch. */
  readonly N: number
  readonly batches: number
}

const fields: Fields<Sampled> = {
  batches: kinds.anything,
  seed: { expected: 'an integer', holds: Number.isInteger },
}

const howProblems = (how: unknown): readonly Problem[] => fieldProblems(isPlain(how) ? '' : 'how', how, fields)

const picker = (seed: number): ((weights: readonly number[]) => number) => {
  const random = xoroshiro128plus(seed)
  return (weights) => {
    let left = uniformFloat64(random)
    for (let k = 0; k < weights.length - 1; k++) {
      left -= weights[k]
      if (left < 0) return k
    }
    // What rounding has left goes to the last one that there is.
    return weights.findLastIndex((weight) => weight > 0)
  }
}

/** Distance between the random numbers that `picker` draws: what is rarer is never drawn, or too often. */
const finest = 2 ** -53

/**
 * Actions that are not drawn though the estimate is made of them: that the ratio of one is large makes up for its being rare. The
 * standard error of a sample without them would say nothing of what is missing.
 */
const unseenProblems = ({ A, samples, target, logSampler }: Model, { sampling = 'target' }: Setting, { needs }: AnyEstimator): readonly Problem[] =>
  sampling === 'target' || !needs.includes('BehaviourLogProb')
    ? []
    : Array.from(target).flatMap((pi, k) =>
        samples[k] < finest && pi >= finest
          ? [
              {
                path: `mdp.thetaBehaviour[${Math.floor(k / A)}][${k % A}]`,
                expected: `a logit whose action can be drawn, since the target policy takes it with probability ${pi}`,
                got: `probability exp(${logSampler[k].toPrecision(4)}); raise the logit, or use exact(...)`,
              },
            ]
          : [],
      )

/** Draws one trajectory into a room for one. */
const drawer = (model: Model, pick: (weights: readonly number[]) => number) => {
  const { S, A, T, start, branches, lastBranches, moves, samples } = model
  const actions = Array.from({ length: model.S }, (_, s) => Array.from(samples.subarray(s * A, (s + 1) * A)))
  const chances = [...branches, ...lastBranches].map((follows) => follows.map(({ probability }) => probability))
  const first = start.map(([, probability]) => probability)
  return (into: Enumerated): void => {
    let [s] = start[pick(first)]
    let t = 0
    for (; s !== -1; t++) {
      const row = (t === T - 1 ? S + s : s) * A + pick(actions[s])
      const m = moves.begin[row] + pick(chances[row])
      into.move[t] = m
      s = moves.next[m]
    }
    into.offsets[1] = t
  }
}

/**
 * The expectation of an estimator by sampling, where going through every trajectory would take too long: a mean with its confidence
 * interval, never to be mistaken for the exact one.
 *
 * @param setting  the MDP, how it is sampled, what the batch carries
 * @param how      how many batches, and the seed
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { pipelineFromJson } from 'estimand'
 * import { bandit, sampled } from 'estimand/exact'
 * pipe(
 *   pipelineFromJson(['totalReturn', { reduce: 'meanOverTrajectories' }]),
 *   E.chain(sampled({ mdp: bandit([1, 0], [0.5, 0.5]) }, { batches: 1000, seed: 1 })),
 *   E.map(({ interval: [[low, high]] }) => low < 0.25 && 0.25 < high)
 * ) // => E.right(true)
 * ```
 */
export const sampled =
  (setting: Setting, how: Sampled) =>
  (e: AnyEstimator): E.Either<readonly Problem[], SampledMean> => {
    const malformed = [...settingProblems(setting), ...howProblems(how), ...[estimatorProblem('estimator', e) ?? []].flat()]
    if (malformed.length > 0) return E.left(malformed)
    const { batches, seed } = how
    const { mdp, sampling = 'target' } = setting
    const N = batchSizeOf(e, setting)
    const tooLarge = [...(givesValues(setting) ? horizonProblems(mdp) : []), ...batchProblems(N, mdp.T)]
    if (tooLarge.length > 0) return E.left(tooLarge)
    if (!(Number.isInteger(batches) && batches >= 2)) return E.left([{ path: 'batches', expected: 'an integer >= 2', got: String(batches) }])
    const model = modelOf(mdp, sampling)
    const onPolicy = sampling === 'target'
    const unmet = unmetInWorlds(e.needs, batchIn(roomFor(model, carriedIn(setting), 1), model, onPolicy, 1))
    if (unmet.length > 0) return E.left(unmet.map((got) => ({ path: 'estimator', expected: 'facts that the setting gives', got })))
    const unseen = unseenProblems(model, setting, e)
    if (unseen.length > 0) return E.left(unseen)
    const room = roomFor(model, valuesIn(setting, model, truth), N)
    const draw = drawer(model, picker(seed))
    const one = roomForTrajectories(1, model.T)
    const D = model.S * model.A
    const mean = new Float64Array(D)
    const squares = new Float64Array(D)
    const gradient = new Float64Array(D)
    for (let n = 1; n <= batches; n++) {
      for (let i = 0; i < N; i++) {
        draw(one)
        fill(room, i, one, 0, 1)
      }
      const weights = e.estimate(batchIn(room, model, onPolicy, N))
      gradient.fill(0)
      for (let k = 0; k < weights.length; k++) {
        const taken = room.pair[k]
        const row = taken - (taken % model.A)
        for (let a = 0; a < model.A; a++) gradient[row + a] -= weights[k] * model.target[row + a]
        gradient[taken] += weights[k]
      }
      // Welford: no cancellation between large sums.
      for (let k = 0; k < D; k++) {
        const off = gradient[k] - mean[k]
        mean[k] += off / n
        squares[k] += off * (gradient[k] - mean[k])
      }
    }
    const standardError = Array.from(squares, (sum) => Math.sqrt(sum / (batches - 1) / batches))
    return E.right({
      mean: Array.from(mean),
      standardError,
      interval: standardError.map((error, k) => [mean[k] - 1.96 * error, mean[k] + 1.96 * error] as const),
      N,
      batches,
    })
  }
