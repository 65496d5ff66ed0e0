import { ending } from '../environment/environment.ts'
import type { LockStep } from '../environment/lockStep.ts'
import type { Random } from '../environment/random.ts'
import type { Space } from '../environment/space.ts'
import { sizeOf } from '../environment/space.ts'
import { EnvironmentFailure } from '../environment/failure.ts'
import type { Actions, Floats } from '../policy/floats.ts'
import { actingOf } from '../policy/network.ts'
import { terminated, timeLimit, truncated } from '../trajectories/ends.ts'
import type { End } from '../trajectories/ends.ts'
import { fromColumns } from '../trajectories/fromColumns.ts'
import { describeProblems } from '../trajectories/problem.ts'
import * as E from 'fp-ts/lib/Either.js'
import type { Actor, Sampled } from './sampler.ts'
import { hasValue } from './sampler.ts'

/** When a copy of the environment has done its part of a batch. */
export type Part = { readonly steps: number } | { readonly episodes: number }

/** Which discount the batch is given, and what its trajectories are. */
export interface Rules {
  readonly part: Part
  readonly discount: number
  /** Whether an episode may be cut: then what is sampled is no whole episode, whatever its length. */
  readonly cuts: 'refused' | 'allowed'
}

/** Rows that grow: a flat array of `width` numbers a row. */
const growing = <T extends Actions>(width: number, make: (length: number) => T): ((rows: number) => T) => {
  let held = make(64 * width)
  return (rows) => {
    if (rows * width > held.length) {
      const more = make(Math.max(rows * width, 2 * held.length))
      more.set(held)
      held = more
    }
    return held
  }
}

const float64 = (length: number) => new Float64Array(length)
const float32 = (length: number) => new Float32Array(length)
const int32 = (length: number) => new Int32Array(length)

/** Something every space of actions contains, for copies whose part is done while others still go on. */
const idleAction = (space: Space): readonly number[] =>
  space._tag === 'Discrete' ? [0] : space.low.map((low, k) => Math.min(Math.max(0, low), space.high[k]))

const endNumbered = (end: number): End => (end === ending.Terminated ? terminated : timeLimit)

/** Rows `order` of an array of `width` numbers a row, in that order. */
const rowsOf = <T extends Actions>(from: T, order: Int32Array, width: number, into: T): T => {
  for (let k = 0; k < order.length; k++) for (let j = 0; j < width; j++) into[k * width + j] = from[order[k] * width + j]
  return into
}

/**
 * Lets a policy act in all copies until each has done its part, and lays the steps out trajectory after trajectory.
 *
 * Each copy has a part of its own, and its steps count whether they come early or late: of copies that merely raced for a number of
 * episodes, short ones would be sampled too often. Copies that are done wait, and what they do meanwhile is thrown away.
 */
export const rollOut = <O extends Space, A extends Space, Out extends readonly number[]>(
  run: LockStep<O, A>,
  actor: Actor<O, A, Out>,
  random: Random,
  { part, discount, cuts: allowance }: Rules,
): Sampled<never> => {
  const { policy, parameters, version } = actor
  const { network, head } = policy
  const { copies, environment } = run
  const m = sizeOf(environment.observation)
  const d = sizeOf(environment.action)
  const P: number = network.outputs[0]
  const valued = hasValue(network.outputs)
  const discrete = environment.action._tag === 'Discrete'
  const whole = 'episodes' in part

  const observation = growing(m, float32)
  const makeActions: (length: number) => Actions = discrete ? int32 : float64
  const action = growing(d, makeActions)
  const distribution = growing(P, float64)
  const logProb = growing(1, float64)
  const reward = growing(1, float64)
  const copyOf = growing(1, int32)
  const timeOf = growing(1, int32)
  const endOf = growing(1, int32)
  const successors: number[] = []
  const cutRows: number[] = []
  const returns: number[] = []
  const lengths: number[] = []

  const left = new Int32Array(copies).fill(whole ? part.episodes : part.steps)
  const active = Int32Array.from({ length: copies }, (_, i) => i)
  const seen = new Float32Array(copies * m)
  const drawn = discrete ? new Int32Array(copies) : new Float64Array(copies * d)
  const drawnLogProb = new Float64Array(copies)
  const actions = new Float64Array(copies * d)
  const idle = idleAction(environment.action)
  const taken = new Int32Array(copies)
  const act = actingOf(network)(parameters)
  let n = copies
  let rows = 0

  while (n > 0) {
    for (let j = 0; j < n; j++) for (let k = 0; k < m; k++) seen[j * m + k] = run.observation[active[j] * m + k]
    const outputs = act(seen, n)
    head.sample(outputs, n, random, drawn, drawnLogProb)
    const [o, a, p, l, r, c, t, e] = [
      observation(rows + n), action(rows + n), distribution(rows + n), logProb(rows + n), reward(rows + n),
      copyOf(rows + n), timeOf(rows + n), endOf(rows + n),
    ]
    for (let k = 0; k < n * m; k++) o[rows * m + k] = seen[k]
    for (let k = 0; k < n * P; k++) p[rows * P + k] = outputs[k]
    for (let k = 0; k < n * d; k++) a[rows * d + k] = drawn[k]
    for (let i = 0; i < copies * d; i++) actions[i] = idle[i % d]
    for (let j = 0; j < n; j++) {
      const i = active[j]
      l[rows + j] = drawnLogProb[j]
      c[rows + j] = i
      t[rows + j] = run.time[i]
      for (let k = 0; k < d; k++) actions[i * d + k] = drawn[j * d + k]
    }
    run.step(actions)
    let still = 0
    for (let j = 0; j < n; j++) {
      const i = active[j]
      const end = run.end[i]
      r[rows + j] = run.reward[i]
      taken[i]++
      if (end !== ending.none) {
        returns.push(run.episodeReturn[i])
        lengths.push(run.episodeLength[i])
        if (allowance === 'refused' && end === ending.Truncated)
          throw new EnvironmentFailure(
            { environment: environment.name, copy: i, step: run.episodeLength[i] - 1 },
            "the episode was cut, so it is not a whole one; say that the horizon belongs to the problem with timeLimit({ steps, as: 'TimeLimit' }), or sample segments",
          )
      }
      if (!whole || end !== ending.none) left[i]--
      const done = left[i] === 0
      e[rows + j] = end !== ending.none ? end : done ? ending.Truncated : ending.none
      if (e[rows + j] === ending.Truncated) {
        cutRows.push(rows + j)
        for (let k = 0; k < m; k++) successors.push(run.successor[i * m + k])
      }
      if (!done) active[still++] = i
    }
    rows += n
    n = still
  }

  // Each copy's steps one after the other: their order in time is kept.
  const place = new Int32Array(copies)
  for (let i = 1; i < copies; i++) place[i] = place[i - 1] + taken[i - 1]
  const order = new Int32Array(rows)
  const owners = copyOf(rows)
  for (let k = 0; k < rows; k++) order[place[owners[k]]++] = k

  const observations = rowsOf(observation(rows), order, m, new Float32Array(rows * m))
  // One call for all steps, which acting had no need of.
  const values = (seenThen: Float32Array, count: number): Float64Array =>
    Float64Array.from(network.forward(parameters, seenThen, count).subarray(count * P, count * (P + 1)))
  const value = valued ? values(observations, rows) : null
  const cuts = cutRows.length
  const cutObservations = Float32Array.from(successors)
  const bootstrap = valued && cuts > 0 ? values(cutObservations, cuts) : null
  const cutNumber = new Map(cutRows.map((row, k) => [row, k]))
  const offsets: number[] = [0]
  const ends: End[] = []
  const startTime: number[] = []
  const [endNumbers, times] = [endOf(rows), timeOf(rows)]
  for (let k = 0; k < rows; k++) {
    if (k === offsets[offsets.length - 1]) startTime.push(times[order[k]])
    const end = endNumbers[order[k]]
    if (end === ending.none) continue
    offsets.push(k + 1)
    const cut = cutNumber.get(order[k])
    if (cut === undefined) ends.push(endNumbered(end))
    else {
      const successor = cutObservations.slice(cut * m, (cut + 1) * m)
      ends.push(bootstrap === null ? truncated({ successor }) : truncated({ successor, value: bootstrap[cut] }))
    }
  }
  const column = (from: Float64Array): Float64Array => rowsOf(from, order, 1, new Float64Array(rows))
  const batch = fromColumns({
    discount,
    provenance: 'on-policy',
    episodes: allowance === 'refused' ? 'complete' : 'segments',
    actions: discrete ? 'discrete' : 'continuous',
    version,
    offsets,
    ends,
    startTime,
    reward: column(reward(rows)),
    behaviourLogProb: column(logProb(rows)),
    ...(value === null ? {} : { value }),
  })
  if (E.isLeft(batch)) throw new RangeError(`${environment.name}: ${describeProblems(batch.left)}`)
  return {
    // The facts are those that the columns and the header above amount to; the samplers name them.
    batch: batch.right as never,
    observations,
    actions: rowsOf(action(rows), order, d, makeActions(rows * d)),
    distribution: rowsOf(distribution(rows), order, P, new Float64Array(rows * P)) as Floats,
    returns,
    lengths,
  }
}
