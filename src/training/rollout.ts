import { ending } from '../environment/environment.ts'
import type { LockStep } from '../environment/lockStep.ts'
import type { Random } from '../environment/random.ts'
import type { Space } from '../environment/space.ts'
import { sizeOf } from '../environment/space.ts'
import { EnvironmentFailure } from '../environment/failure.ts'
import type { Actions, Floats } from '../policy/floats.ts'
import type { Head } from '../policy/head.ts'
import type { Network } from '../policy/network.ts'
import { actingOf, valuingOf } from '../policy/network.ts'
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

/** Steps as they come, row after row. */
interface Log {
  readonly rows: number
  /** [rows, sizeOf(observation)] */
  readonly observation: Float32Array
  /** [rows, sizeOf(action)] */
  readonly action: Actions
  /** [rows, P] */
  readonly distribution: Float64Array
  readonly logProb: Float64Array
  readonly reward: Float64Array
  /** Which copy's step it is. */
  readonly copy: Int32Array
  readonly time: Int32Array
  /** A number of `ending`. */
  readonly end: Int32Array
}

/** Numbers of a row: of an observation, an action, a distribution. */
interface Widths {
  readonly m: number
  readonly d: number
  readonly P: number
  readonly makeActions: (length: number) => Actions
}

const logOf = (rows: number, { m, d, P, makeActions }: Widths): Log => ({
  rows,
  observation: new Float32Array(rows * m),
  action: makeActions(rows * d),
  distribution: new Float64Array(rows * P),
  logProb: new Float64Array(rows),
  reward: new Float64Array(rows),
  copy: new Int32Array(rows),
  time: new Int32Array(rows),
  end: new Int32Array(rows),
})

/** The same steps with room for so many. */
const grown = (log: Log, rows: number, widths: Widths): Log => {
  const more = logOf(rows, widths)
  more.observation.set(log.observation)
  more.action.set(log.action)
  more.distribution.set(log.distribution)
  more.logProb.set(log.logProb)
  more.reward.set(log.reward)
  more.copy.set(log.copy)
  more.time.set(log.time)
  more.end.set(log.end)
  return more
}

const float64 = (length: number) => new Float64Array(length)
const int32 = (length: number) => new Int32Array(length)

/** What a sampling comes to besides the steps that are written down. */
interface Episodes {
  /** Rows whose episode was cut, and what followed each of them. */
  readonly cutRows: number[]
  readonly successors: number[]
  readonly returns: number[]
  readonly lengths: number[]
}
interface Collected extends Readonly<Episodes> {
  readonly rows: number
}

/** Something every space of actions contains, for copies whose part is done while others still go on. */
const idleAction = (space: Space): readonly number[] =>
  space._tag === 'Discrete' ? [0] : space.low.map((low, k) => Math.min(Math.max(0, low), space.high[k]))

const endNumbered = (end: number): End => (end === ending.Terminated ? terminated : timeLimit)

/** Rows `order` of an array of `width` numbers a row, in that order. */
const rowsOf = <T extends Actions>(from: T, order: Int32Array, width: number, into: T): T => {
  for (let k = 0; k < order.length; k++) for (let j = 0; j < width; j++) into[k * width + j] = from[order[k] * width + j]
  return into
}

/** Values of the steps, and behind them of what followed the cuts: acting had no need of them, and one call is quicker than many. */
const valuesOf = (
  network: Network<Space, readonly number[]>,
  parameters: Floats,
  observations: Float32Array,
  rows: number,
  cutObservations: Float32Array,
  cuts: number,
  m: number,
): Float64Array => {
  const n = rows + cuts
  const all = new Float32Array(n * m)
  all.set(observations)
  all.set(cutObservations, rows * m)
  return new Float64Array(valuingOf(network)(parameters)(all, n).subarray(0, n))
}

/**
 * Lets a policy act in all copies until each has done its part, and lays the steps out trajectory after trajectory.
 *
 * Each copy has a part of its own, and its steps count whether they come early or late: of copies that merely raced for a number of
 * episodes, short ones would be sampled too often. Copies that are done wait, and what they do meanwhile is thrown away. What steps are
 * written to as they come is kept from batch to batch; the batch itself is new.
 */
export const rollingOut = <O extends Space, A extends Space>(
  run: LockStep<O, A>,
  random: Random,
  { part, discount, cuts: allowance }: Rules,
): (<Out extends readonly number[]>(actor: Actor<O, A, Out>) => Sampled<never>) => {
  // The columns of a run stay what they are: each step writes to the same.
  const { copies, environment, observation: nowSeen, successor: followed, reward: paid, end: over, time: nowTime, episodeReturn, episodeLength } = run
  const m = sizeOf(environment.observation)
  const d = sizeOf(environment.action)
  const discrete = environment.action._tag === 'Discrete'
  const makeActions: (length: number) => Actions = discrete ? int32 : float64
  const whole = 'episodes' in part
  const each = whole ? part.episodes : part.steps

  const left = new Int32Array(copies)
  const active = new Int32Array(copies)
  const taken = new Int32Array(copies)
  const seen = new Float32Array(copies * m)
  const drawn = makeActions(copies * d)
  const drawnLogProb = new Float64Array(copies)
  const idle = idleAction(environment.action)
  const actions = new Float64Array(copies * d)
  let widths: Widths = { m, d, P: 0, makeActions }
  let log = logOf(0, widths)

  /** What the active copies see, written down from a row on, and laid together for the policy. */
  const look = (rows: number, n: number): void => {
    const { observation } = log
    for (let j = 0; j < n; j++) {
      const from = active[j] * m
      for (let k = 0; k < m; k++) observation[(rows + j) * m + k] = seen[j * m + k] = nowSeen[from + k]
    }
  }

  /** What has been drawn for them, written down and given to each copy. */
  const decide = (rows: number, n: number, outputs: Floats): void => {
    const { action, distribution, logProb, copy, time } = log
    const { P } = widths
    for (let k = 0; k < n * P; k++) distribution[rows * P + k] = outputs[k]
    for (let j = 0; j < n; j++) {
      const i = active[j]
      const row = rows + j
      logProb[row] = drawnLogProb[j]
      copy[row] = i
      time[row] = nowTime[i]
      for (let k = 0; k < d; k++) actions[i * d + k] = action[row * d + k] = drawn[j * d + k]
    }
  }

  /** What came of it, written down; says how many copies have something left to do. */
  const settle = (rows: number, n: number, { cutRows, successors, returns, lengths }: Episodes): number => {
    const { reward, end } = log
    let still = 0
    for (let j = 0; j < n; j++) {
      const i = active[j]
      const row = rows + j
      const ended = over[i]
      reward[row] = paid[i]
      taken[i]++
      if (ended !== ending.none) {
        returns.push(episodeReturn[i])
        lengths.push(episodeLength[i])
        if (allowance === 'refused' && ended === ending.Truncated)
          throw new EnvironmentFailure(
            { environment: environment.name, copy: i, step: episodeLength[i] - 1 },
            "the episode was cut, so it is not a whole one; say that the horizon belongs to the problem with timeLimit({ steps, as: 'TimeLimit' }), or sample segments",
          )
      }
      if (!whole || ended !== ending.none) left[i]--
      const done = left[i] === 0
      end[row] = ended !== ending.none ? ended : done ? ending.Truncated : ending.none
      if (end[row] === ending.Truncated) {
        cutRows.push(row)
        for (let k = 0; k < m; k++) successors.push(followed[i * m + k])
      }
      if (!done) active[still++] = i
      else for (let k = 0; k < d; k++) actions[i * d + k] = idle[k]
    }
    return still
  }

  /** One step of all active copies; says how many have something left to do. The engine compiles a small function that is often called sooner than a long loop. */
  const advance = (act: (observations: Float32Array, n: number) => Floats, head: Head<number, A>, rows: number, n: number, episodes: Episodes): number => {
    if (rows + n > log.rows) log = grown(log, 2 * (rows + n), widths)
    look(rows, n)
    const outputs = act(seen, n)
    head.sample(outputs, n, random, drawn, drawnLogProb)
    decide(rows, n, outputs)
    run.step(actions)
    return settle(rows, n, episodes)
  }

  /** Acts until each copy has done its part, and writes the steps down as they come. */
  const collect = (act: (observations: Float32Array, n: number) => Floats, head: Head<number, A>): Collected => {
    const episodes: Episodes = { successors: [], cutRows: [], returns: [], lengths: [] }
    left.fill(each)
    taken.fill(0)
    for (let i = 0; i < copies; i++) active[i] = i
    for (let i = 0; i < copies * d; i++) actions[i] = idle[i % d]
    let rows = 0
    for (let n = copies; n > 0; ) {
      const still = advance(act, head, rows, n, episodes)
      rows += n
      n = still
    }
    return { rows, ...episodes }
  }

  /** The rows trajectory after trajectory: each copy's one after the other, whose order in time is kept. */
  const orderOf = (rows: number): Int32Array => {
    const place = new Int32Array(copies)
    for (let i = 1; i < copies; i++) place[i] = place[i - 1] + taken[i - 1]
    const order = new Int32Array(rows)
    for (let k = 0; k < rows; k++) order[place[log.copy[k]]++] = k
    return order
  }

  /** Where trajectories begin, how they end, and at what time of their episode they start. */
  const bounds = (order: Int32Array, endOf: (row: number, ended: number) => End) => {
    const offsets: number[] = [0]
    const ends: End[] = []
    const startTime: number[] = []
    for (let k = 0; k < order.length; k++) {
      if (k === offsets[offsets.length - 1]) startTime.push(log.time[order[k]])
      const ended = log.end[order[k]]
      if (ended === ending.none) continue
      offsets.push(k + 1)
      ends.push(endOf(order[k], ended))
    }
    return { offsets, ends, startTime }
  }

  /** The steps as a batch. */
  const laidOut = ({ rows, cutRows, successors, returns, lengths }: Collected, network: Network<Space, readonly number[]>, parameters: Floats, version: number): Sampled<never> => {
    const order = orderOf(rows)
    const observations = rowsOf(log.observation, order, m, new Float32Array(rows * m))
    const cuts = cutRows.length
    const cutObservations = Float32Array.from(successors)
    const values = hasValue(network.outputs) ? valuesOf(network, parameters, observations, rows, cutObservations, cuts, m) : null
    const cutNumber = new Map(cutRows.map((row, k) => [row, k]))
    const { offsets, ends, startTime } = bounds(order, (row, ended) => {
      const cut = cutNumber.get(row)
      if (cut === undefined) return endNumbered(ended)
      const successor = cutObservations.slice(cut * m, (cut + 1) * m)
      return values === null ? truncated({ successor }) : truncated({ successor, value: values[rows + cut] })
    })
    const batch = fromColumns({
      discount,
      provenance: 'on-policy',
      episodes: allowance === 'refused' ? 'complete' : 'segments',
      actions: discrete ? 'discrete' : 'continuous',
      version,
      offsets,
      ends,
      startTime,
      reward: rowsOf(log.reward, order, 1, new Float64Array(rows)),
      behaviourLogProb: rowsOf(log.logProb, order, 1, new Float64Array(rows)),
      ...(values === null ? {} : { value: values.subarray(0, rows) }),
    })
    if (E.isLeft(batch)) throw new RangeError(`${environment.name}: ${describeProblems(batch.left)}`)
    return {
      // The facts are those that the columns and the header above amount to; the samplers name them.
      batch: batch.right as never,
      observations,
      actions: rowsOf(log.action, order, d, makeActions(rows * d)),
      distribution: rowsOf(log.distribution, order, widths.P, new Float64Array(rows * widths.P)) as Floats,
      returns,
      lengths,
    }
  }

  return ({ policy: { network, head }, parameters, version }) => {
    const P: number = network.outputs[0]
    if (P !== widths.P) {
      widths = { m, d, P, makeActions }
      log = logOf(whole ? 64 * copies : copies * each, widths)
    }
    return laidOut(collect(actingOf(network)(parameters), head), network, parameters, version)
  }
}
