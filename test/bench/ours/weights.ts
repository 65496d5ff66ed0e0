/** Weights of large batches: float64, complete (1/M in them) and checked to be finite. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  advantage,
  batchMean,
  baseline,
  batchStd,
  causality,
  clip,
  describeProblems,
  dropOuterDiscount,
  estimateInto,
  fromColumns,
  gae,
  importance,
  meanOfTrajectoryMeans,
  meanOverSteps,
  normalise,
  perStep,
  reduce,
  timeLimit,
  totalReturn,
  vtrace,
} from 'estimand'
import type { Checked, Measure } from '../measure.ts'
import { units } from '../measure.ts'
import { columnOf, datum, meanSize } from './data.ts'

/** Steps of an episode, and episodes. */
export interface Size {
  readonly T: number
  readonly N: number
}

/** The sizes of the comparisons, in the peers' words. */
export const sizes: readonly Size[] = [
  { T: 1000, N: 1024 },
  { T: 2048, N: 512 },
]

/** What a size is called. */
export const nameOf = ({ T, N }: Size): string => `${T}x${N}`

const right = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

const lengthsOf = ({ T, N }: Size, ragged: boolean): readonly number[] =>
  Array.from({ length: N }, (_, i) => (ragged ? Math.floor(datum(9, i, T / 2, T + 1)) : T))

const offsetsOf = (lengths: readonly number[]): Int32Array => {
  const offsets = new Int32Array(lengths.length + 1)
  for (const [i, length] of lengths.entries()) offsets[i + 1] = offsets[i] + length
  return offsets
}

/** Columns 1 to 4: reward, value, behaviour log-prob and what the policy has moved by; the same in peers/kernels.py. Made when asked for: at 1e8 steps one takes 800 MB. */
const columns = (size: Size, ragged = false) => {
  const lengths = lengthsOf(size, ragged)
  const offsets = offsetsOf(lengths)
  const steps = offsets[size.N]
  const behaviourLogProb = (): Float64Array => columnOf(3, steps, -1.5, -0.5)
  return {
    steps,
    offsets,
    ends: lengths.map(() => timeLimit),
    reward: () => columnOf(1, steps, -1, 1),
    value: () => columnOf(2, steps, -1, 1),
    logProbs: () => {
      const behaviour = behaviourLogProb()
      const moved = columnOf(4, steps, -0.4, 0.4)
      return { behaviourLogProb: behaviour, logProb: behaviour.map((l, k) => l + moved[k]) }
    },
  }
}

const mean = reduce(meanOverSteps)

type Kernel = (size: Size) => Checked

const kernels: Readonly<Record<string, Kernel>> = {
  'reward-to-go': (size) => {
    const { steps, offsets, reward, ends } = columns(size)
    const into = new Float64Array(steps)
    const batch = right(fromColumns({ discount: 0.99, provenance: 'on-policy', episodes: 'complete', offsets, ends, reward: reward() }))
    const weigh = estimateInto(pipe(totalReturn, causality, dropOuterDiscount, mean))(into)
    return { run: () => weigh(batch).length, check: () => meanSize(weigh(batch)) * steps }
  },
  GAE: (size) => {
    const { steps, offsets, reward, value, ends } = columns(size)
    const into = new Float64Array(steps)
    const batch = right(fromColumns({ discount: 0.99, provenance: 'on-policy', episodes: 'complete', offsets, ends, reward: reward(), value: value() }))
    const weigh = estimateInto(pipe(gae({ lambda: 0.95 }), dropOuterDiscount, mean))(into)
    return { run: () => weigh(batch).length, check: () => meanSize(weigh(batch)) * steps }
  },
  'V-trace': (size) => {
    const { steps, offsets, reward, value, logProbs, ends } = columns(size)
    const into = new Float64Array(steps)
    const batch = right(fromColumns({ discount: 0.99, provenance: 'off-policy', episodes: 'complete', offsets, ends, reward: reward(), value: value(), ...logProbs() }))
    const weigh = estimateInto(pipe(vtrace({ rhoBar: 1, cBar: 1 }), dropOuterDiscount, mean))(into)
    return { run: () => weigh(batch).length, check: () => meanSize(weigh(batch)) * steps }
  },
  'clipped surrogate': (size) => {
    const { steps, offsets, reward, logProbs, ends } = columns(size)
    const into = new Float64Array(steps)
    const value = new Float64Array(steps)
    const batch = right(fromColumns({ discount: 1, provenance: 'off-policy', episodes: 'complete', offsets, ends, actionValue: reward(), value, ...logProbs() }))
    const weigh = estimateInto(pipe(advantage, importance(perStep), clip({ epsilon: 0.2 }), mean))(into)
    return { run: () => weigh(batch).length, check: () => meanSize(weigh(batch)) * steps }
  },
  'token-level loss': (size) => {
    const { steps, offsets, reward, logProbs, ends } = columns(size, true)
    const into = new Float64Array(steps)
    const batch = right(fromColumns({ discount: 1, provenance: 'off-policy', episodes: 'complete', offsets, ends, reward: reward(), ...logProbs() }))
    const weigh = estimateInto(
      pipe(totalReturn, baseline(batchMean), normalise(batchStd({ ddof: 1, epsilon: 1e-4 })), importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOfTrajectoryMeans)),
    )(into)
    return { run: () => weigh(batch).length, check: () => meanSize(weigh(batch)) * steps }
  },
}

/** Names of the kernels, as the peers have them too. */
export const kernelNames: readonly string[] = Object.keys(kernels)

/** What reward-to-go takes in plain loops, written for this one batch: the least that a library can be measured against here. */
const byHand: Kernel = (size) => {
  const { T, N } = size
  const made = columns(size)
  const { steps } = made
  const reward = made.reward()
  const into = new Float64Array(steps)
  const run = () => {
    for (let i = 0; i < N; i++) {
      let g = 0
      for (let k = (i + 1) * T - 1; k >= i * T; k--) into[k] = (g = reward[k] + 0.99 * g) / steps
    }
    return steps
  }
  return { run, check: () => run() * meanSize(into) }
}

/** Sizes over which time must grow with the number of steps, and no faster. */
export const growth: readonly Size[] = [1e4, 1e5, 1e6, 1e7, 1e8].map((steps) => ({ T: 100, N: steps / 100 }))

export const measures: readonly Measure[] = [
  ...sizes.flatMap((size) => kernelNames.map((name): Measure => ({ name: `${name} ${nameOf(size)}`, unit: units.nanosecondsPerElement, prepare: () => kernels[name](size) }))),
  ...sizes.map((size): Measure => ({ name: `by hand: reward-to-go ${nameOf(size)}`, unit: units.nanosecondsPerElement, prepare: () => byHand(size) })),
  ...growth.map((size): Measure => ({ name: `GAE ${nameOf(size)}`, unit: units.nanosecondsPerElement, prepare: () => kernels['GAE'](size) })),
]
