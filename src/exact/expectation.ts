/** Expectations over trajectories, and over tuples of them, of what estimators make of each. */
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { isOurs } from '../weighting/ours.ts'
import { couplesNone, isAloneAsTogether, isInAnyOrder, ordersOf, tuplesOf } from './coupling.ts'
import { enumerate, enumerateAll, enumerateFrom, fewOf, logProbabilityOf } from './enumerate.ts'
import type { Enumerated } from './enumerate.ts'
import type { Room, Values } from './facts.ts'
import { aloneIn, batchesOf, batchIn, fill, fillStep, roomFor } from './facts.ts'
import type { Model } from './model.ts'
import type { Extent } from './extent.ts'
import { partingOf } from './extent.ts'
import type { Draws, Gatherer } from './moments.ts'

/** Trajectories that are evaluated together: a block stays near while its columns are filled, weighed and gathered. */
const usualBlock = 512
/** Steps for which a block has room. */
const mostInBlock = 2 ** 20

/** Trajectories that a word of the user's own is tried on, and batches of them: of the size that was asked for, and of others. */
const tried = { trajectories: 128, batches: 20_000, others: 1000 } as const

/**
 * Those that couple trajectories though they say that they do not: in batches of the first trajectory and the last one, and, where a word
 * of the user's own is in them, in batches of many.
 *
 * @param size  N of the batches that moments are asked for
 */
export const liarsAmong = (
  estimators: readonly AnyEstimator[],
  model: Model,
  extent: Extent,
  values: Values,
  onPolicy: boolean,
  size: number,
): ReadonlySet<AnyEstimator> => {
  const keepIn = (some: Enumerated) => (e: AnyEstimator, N: number, tuples: Iterable<readonly number[]>) =>
    couplesNone(e, some.count, (n) => batchesOf(model, values, onPolicy, some, n), N, tuples)
  const two = fewOf(model, 2)
  const inTwo = keepIn(two)
  // Long ones take their room.
  const most = Math.max(2, Math.min(tried.trajectories, Math.floor(mostInBlock / model.T)))
  const many = estimators.every(isOurs) ? two : extent.trajectories <= most ? enumerateAll(model, extent) : fewOf(model, most)
  const inMany = keepIn(many)
  const keepsItsWord = (e: AnyEstimator): boolean =>
    isOurs(e) ? inTwo(e, 2, [[0, 1]]) : [...new Set([2, 3, size])].every((N) => inMany(e, N, tuplesOf(many.count, N, N === size ? tried.batches : tried.others)))
  return new Set(estimators.filter((e) => !keepsItsWord(e)))
}

/**
 * How many trajectories a batch is filled up to, with copies that do not count. The mean over as many as there are rounds each weight;
 * over a power of two it does not, which takes longer.
 */
export type BatchSizes = 'as they come' | 'powers of two'

/** Trajectories that are evaluated together, and where their weights are written. */
interface Block {
  readonly room: Room
  readonly batch: Trajectories<AllFacts>
  readonly draws: Draws
  readonly weights: Float64Array
  /** The moves that all of them begin with, as they stand in the room: number 0 where none has been written yet. */
  readonly beginning: Int32Array
}

/** Enumerated trajectories whose steps stand in a room. */
const drawsOf = ({ count, probability, logProbability, least }: Enumerated, { offsets, pair }: Room): Draws => ({
  count,
  offsets,
  probability,
  logProbability,
  least,
  pair,
})

/** Steps that blocks are kept for, all together. */
const mostKept = 2 ** 18

/**
 * Expectation over single trajectories: an estimator that does not couple them is evaluated on whole blocks at once.
 *
 * What can be done from a state on does not depend on how it was reached: a block of all ways on is laid out once for each state, and
 * what comes before is written over where it differs from the last time.
 *
 * @returns  those that couple trajectories all the same; where a word of the user's own is in them, each trajectory is tried alone too
 */
const overTrajectories = (
  model: Model,
  values: Values,
  onPolicy: boolean,
  estimators: readonly AnyEstimator[],
  to: readonly Gatherer[],
  sizes: BatchSizes,
): ReadonlySet<AnyEstimator> => {
  const liars = new Set<AnyEstimator>()
  if (estimators.length === 0) return liars
  // In a second pass there is nothing left to find out.
  const own = new Set(sizes === 'as they come' ? estimators.filter((e) => !isOurs(e)) : [])
  const alone = aloneIn(model, values, onPolicy)
  const ofOne = new Float64Array(own.size === 0 ? 0 : model.T)
  const sizeOf = (count: number): number => (sizes === 'as they come' ? count : 2 ** Math.ceil(Math.log2(count)))
  const blockSize = Math.max(1, Math.min(usualBlock, Math.floor(mostInBlock / model.T)))
  const { time: parting, ways } = partingOf(model, blockSize)
  const gather = ({ room, batch, draws, weights }: Block, share: number, logShare: number): void => {
    for (const [j, e] of estimators.entries()) {
      const w = e.estimate(batch, weights)
      to[j].add(w, batch.count, draws, share, logShare)
      if (own.has(e) && !liars.has(e) && !isAloneAsTogether(e, batch, w, (i) => alone(room, i), ofOne)) liars.add(e)
    }
  }
  const blockOf = (room: Room, all: Enumerated): Block => {
    const size = sizeOf(all.count)
    fill(room, 0, all, 0, all.count)
    for (let i = all.count; i < size; i++) fill(room, i, all, 0, 1)
    return {
      room,
      batch: batchIn(room, model, onPolicy, size),
      draws: drawsOf(all, room),
      weights: new Float64Array(room.offsets[size]),
      beginning: new Int32Array(parting),
    }
  }
  const blocks = new Map<number, Block>()
  let kept = 0
  const from = (s: number): Block => {
    const known = blocks.get(s)
    if (known !== undefined) return known
    const count = ways[s]
    kept += count * model.T
    if (kept > mostKept) {
      blocks.clear()
      kept = count * model.T
    }
    const made = blockOf(roomFor(model, values, sizeOf(count)), enumerateFrom(model, parting, s, count))
    blocks.set(s, made)
    return made
  }
  let roomForEnded: Room | null = null
  enumerate(
    model,
    {
      parting,
      beginning: (path, s, p, logP) => {
        const block = from(s)
        for (let t = 0; t < parting; t++)
          if (block.beginning[t] !== path[t]) fillStep(block.room, block.batch.count, t, (block.beginning[t] = path[t]))
        gather(block, p, logP)
      },
      ended: (some) => gather(blockOf((roomForEnded ??= roomFor(model, values, sizeOf(blockSize))), some), 1, 0),
    },
    blockSize,
  )
  return liars
}

/**
 * Expectation over N-tuples. Where the order within a tuple is irrelevant only sorted tuples are visited, each with the number of its
 * orders.
 *
 * @returns  those that look at the order all the same; where a word of the user's own is in them, each tuple is tried in other orders
 */
const overTuples = (
  model: Model,
  values: Values,
  onPolicy: boolean,
  extent: Extent,
  N: number,
  sorted: boolean,
  estimators: readonly AnyEstimator[],
  to: readonly Gatherer[],
): ReadonlySet<AnyEstimator> => {
  const liars = new Set<AnyEstimator>()
  if (estimators.length === 0) return liars
  const all = enumerateAll(model, extent)
  const logs = all.probability.map((_, j) => logProbabilityOf(all, j))
  const own = new Set(sorted ? estimators.filter((e) => !isOurs(e)) : [])
  const others = own.size === 0 ? [] : ordersOf(N)
  const reordered = batchesOf(model, values, onPolicy, all, N)
  const tuple = new Int32Array(N)
  const room = roomFor(model, values, N)
  const weights = new Float64Array(room.reward.length)
  const draw = { count: 1, offsets: new Int32Array(2), probability: new Float64Array(1), logProbability: new Float64Array(1), least: 1, pair: room.pair }
  // Views of the same room do for every tuple with as many steps.
  const views = new Map<number, { readonly batch: Trajectories<AllFacts>; readonly into: Float64Array }>()
  const evaluate = (p: number, logP: number): void => {
    const steps = room.offsets[N]
    let view = views.get(steps)
    if (view === undefined) views.set(steps, (view = { batch: batchIn(room, model, onPolicy, N), into: weights.subarray(0, steps) }))
    draw.offsets[1] = steps
    draw.probability[0] = draw.least = p
    draw.logProbability[0] = logP
    for (const [j, e] of estimators.entries()) {
      const w = e.estimate(view.batch, view.into)
      to[j].add(w, 1, draw, 1, 0)
      if (own.has(e) && !liars.has(e) && !others.every((order) => isInAnyOrder(e, view.batch, w, order, reordered(order.map((i) => tuple[i]))))) liars.add(e)
    }
  }
  // By place: the trajectory that comes next, how often in a row it has come, and the probability of the places up to here. Without
  // recursion: a batch of one possible trajectory may be as large as one likes.
  const [at, run] = [new Int32Array(N), new Int32Array(N)]
  const [reached, logReached] = [new Float64Array(N + 1).fill(1), new Float64Array(N + 1)]
  for (let place = 0; place >= 0; ) {
    const j = at[place]
    if (j === all.count) {
      place--
      continue
    }
    at[place]++
    tuple[place] = j
    fill(room, place, all, j, j + 1)
    // Orders of a sorted tuple: N! / prod (length of each run of equals)!, built up place by place.
    const same = sorted && place > 0 && j === at[place - 1] - 1 ? run[place - 1] + 1 : 1
    const orders = sorted ? (place + 1) / same : 1
    run[place] = same
    const p = reached[place] * all.probability[j] * orders
    const logP = logReached[place] + logs[j] + Math.log(orders)
    place++
    reached[place] = p
    logReached[place] = logP
    if (place < N) at[place] = sorted ? j : 0
    else {
      evaluate(p, logP)
      place--
    }
  }
  return liars
}

/** An estimator, its batch size, and where its moments are gathered. */
export interface Task {
  readonly e: AnyEstimator
  readonly N: number
  readonly to: Gatherer
}

/** Those whose coupling is another than they say. */
export interface Liars {
  /** They couple trajectories. */
  readonly couple: ReadonlySet<AnyEstimator>
  /** They look at the order of trajectories. */
  readonly lookAtOrder: ReadonlySet<AnyEstimator>
}

/** The expectations of all: trajectories, and the tuples of each batch size, are gone through once. */
export const expectations = (model: Model, values: Values, onPolicy: boolean, extent: Extent, tasks: readonly Task[], sizes: BatchSizes): Liars => {
  const those = (wanted: (task: Task) => boolean): readonly [AnyEstimator[], Gatherer[]] => {
    const some = tasks.filter(wanted)
    return [some.map(({ e }) => e), some.map(({ to }) => to)]
  }
  const couple = overTrajectories(model, values, onPolicy, ...those(({ e }) => e.coupling === 'none'), sizes)
  const lookAtOrder = new Set<AnyEstimator>()
  for (const N of new Set(tasks.filter(({ e }) => e.coupling !== 'none').map((task) => task.N)))
    for (const coupling of ['exchangeable', 'ordered'] as const)
      for (const liar of overTuples(model, values, onPolicy, extent, N, coupling === 'exchangeable', ...those((task) => task.e.coupling === coupling && task.N === N))) lookAtOrder.add(liar)
  return { couple, lookAtOrder }
}
