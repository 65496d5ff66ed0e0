/** Expectations over trajectories, and over tuples of them, of what estimators make of each. */
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { select } from '../trajectories/select.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { enumerate, enumerateAll, enumerateFrom, firstAndLast, logProbabilityOf } from './enumerate.ts'
import type { Enumerated } from './enumerate.ts'
import type { Room, Values } from './facts.ts'
import { batchIn, fill, fillStep, roomFor } from './facts.ts'
import type { Model } from './model.ts'
import type { Extent } from './extent.ts'
import { partingOf } from './extent.ts'
import type { Draws, Gatherer } from './moments.ts'

/** Trajectories that are evaluated together: a block stays near while its columns are filled, weighed and gathered. */
const usualBlock = 512
/** Steps for which a block has room. */
const mostInBlock = 2 ** 20

/**
 * Whether the weights of two trajectories in one batch are half of those that each has alone, as an estimator that couples none has it.
 * Evaluating whole blocks rests on it, so an estimator that says so wrongly is found out first.
 */
const keepsItsWord = (e: AnyEstimator, two: Trajectories<AllFacts>): boolean => {
  const together = e.estimate(two)
  const alone = [0, 1].flatMap((i) => Array.from(e.estimate(select([i])(two)), (w) => w / 2))
  // What overflows tells nothing of coupling; that moments are finite is checked at the end.
  return alone.every((expected, k) => !Number.isFinite(expected) || Math.abs(together[k] - expected) <= 1e-9 * (1 + Math.abs(expected)))
}

/** Those that couple trajectories though they say that they do not. */
export const liarsAmong = (estimators: readonly AnyEstimator[], model: Model, values: Values, onPolicy: boolean): ReadonlySet<AnyEstimator> => {
  const two = firstAndLast(model)
  const room = roomFor(model, values, two.count)
  fill(room, 0, two, 0, two.count)
  const batch = batchIn(room, model, onPolicy, two.count)
  return new Set(estimators.filter((e) => !keepsItsWord(e, batch)))
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
 */
const overTrajectories = (
  model: Model,
  values: Values,
  onPolicy: boolean,
  estimators: readonly AnyEstimator[],
  to: readonly Gatherer[],
  sizes: BatchSizes,
): void => {
  if (estimators.length === 0) return
  const sizeOf = (count: number): number => (sizes === 'as they come' ? count : 2 ** Math.ceil(Math.log2(count)))
  const blockSize = Math.max(1, Math.min(usualBlock, Math.floor(mostInBlock / model.T)))
  const { time: parting, ways } = partingOf(model, blockSize)
  const gather = ({ batch, draws, weights }: Block, share: number, logShare: number): void => {
    for (const [j, e] of estimators.entries()) to[j].add(e.estimate(batch, weights), batch.count, draws, share, logShare)
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
}

/**
 * Expectation over N-tuples. Where the order within a tuple is irrelevant only sorted tuples are visited, each with the number of its
 * orders.
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
): void => {
  if (estimators.length === 0) return
  const all = enumerateAll(model, extent)
  const logs = all.probability.map((_, j) => logProbabilityOf(all, j))
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
    for (const [j, e] of estimators.entries()) to[j].add(e.estimate(view.batch, view.into), 1, draw, 1, 0)
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
}

/** An estimator, its batch size, and where its moments are gathered. */
export interface Task {
  readonly e: AnyEstimator
  readonly N: number
  readonly to: Gatherer
}

/** The expectations of all: trajectories, and the tuples of each batch size, are gone through once. */
export const expectations = (model: Model, values: Values, onPolicy: boolean, extent: Extent, tasks: readonly Task[], sizes: BatchSizes): void => {
  const those = (wanted: (task: Task) => boolean): readonly [AnyEstimator[], Gatherer[]] => {
    const some = tasks.filter(wanted)
    return [some.map(({ e }) => e), some.map(({ to }) => to)]
  }
  overTrajectories(model, values, onPolicy, ...those(({ e }) => e.coupling === 'none'), sizes)
  for (const N of new Set(tasks.filter(({ e }) => e.coupling !== 'none').map((task) => task.N)))
    for (const coupling of ['exchangeable', 'ordered'] as const)
      overTuples(model, values, onPolicy, extent, N, coupling === 'exchangeable', ...those((task) => task.e.coupling === coupling && task.N === N))
}
