import type { Batch } from '../trajectories/trajectories.ts'
import { longest } from '../trajectories/trajectories.ts'
import type { Credit, CreditSource, Level, Rounding } from './weighting.ts'

/*
 * Which numbers are equal but for the rounding of the sums that they are. Each stands for an interval, itself plus or minus its rounding; numbers agree
 * if one number lies in the intervals of all:
 *
 *     max (x - r) <= min (x + r),   r = max(5e-13 |x|, 2^-51 (L + 1) S)
 *
 * S is the sum of the sizes of what was added up, at most L of them: what is left where large numbers cancel is off by their rounding, and by no more. So
 * sums of one size agree where max - min <= 1e-12 max |x|. Two that do not agree settle it, and as a rule the first two do.
 */

/** How far numbers may be apart that are told as equal, relative to their size: some thousand roundings of one addition. */
export const relative = 5e-13

/** What sums over a trajectory of a batch may be off by, relative to the sizes of what is added up. */
export const perSize = (batch: Pick<Batch, 'count' | 'offsets'>): number => Math.min(2 * Number.EPSILON * (longest(batch) + 1), relative)

type RewardSource = Extract<CreditSource, { readonly reward: unknown }>

/** Rounding of returns to go: relative to the absolute values of the rewards. */
const ofRewards =
  ({ reward, discount }: RewardSource, unit: number): Rounding =>
  (k, later) =>
    unit * Math.abs(reward[k]) + discount * later

const none: Rounding = () => 0

const roundingIn = (of: CreditSource, batch: Places): Rounding => ('reward' in of ? ofRewards(of, perSize(batch)) : (of.rounding ?? none))

/** Rounding of a whole trajectory's return. */
const ofReturn = ({ reward, discount }: RewardSource, unit: number, begin: number, end: number): number => {
  let rounding = 0
  for (let k = end - 1; k >= begin; k--) rounding = unit * Math.abs(reward[k]) + discount * rounding
  return rounding
}

/** Whether the raw returns of all trajectories are equal but for rounding. */
export const returnsAgree = (of: RewardSource, returns: ArrayLike<number>, batch: Batch): boolean => {
  const { count, offsets } = batch
  let apart = 1
  while (apart < count && returns[apart] === returns[0]) apart++
  if (apart >= count) return true
  let low = -Infinity
  let high = Infinity
  const unit = perSize(batch)
  // The first that differs comes first, since it may settle the matter.
  for (let j = 0; j < count; j++) {
    const i = j === 0 ? apart : j <= apart ? j - 1 : j
    const rounding = Math.max(ofReturn(of, unit, offsets[i], offsets[i + 1]), relative * Math.abs(returns[i]))
    if (!(returns[i] - rounding <= low)) low = returns[i] - rounding
    if (!(returns[i] + rounding >= high)) high = returns[i] + rounding
    if (!(low <= high)) return false
  }
  return true
}

/**
 * For each time index, whether the raw returns to go are equal but for rounding: 1 or 0; null where they are at none. A single one is not asked.
 *
 * @param toGo     G_it. [sum L_i]
 * @param alive    how many trajectories have a step at each time. [T]
 * @param members  of how many a statistic is made; those beyond the living count as 0. [T]
 */
export const timesThatAgree = (
  { reward, discount }: RewardSource,
  toGo: ArrayLike<number>,
  alive: ArrayLike<number>,
  members: ArrayLike<number>,
  batch: Batch,
): Uint8Array | null => {
  const { count, offsets } = batch
  const unit = perSize(batch)
  const times = alive.length
  // low and high of each time; that low is above high says that it is settled.
  const ends = new Float64Array(2 * times)
  let undecided = 0
  for (let t = 0; t < times; t++) {
    if (members[t] < 2) {
      ends[2 * t] = 1
      continue
    }
    undecided++
    if (members[t] > alive[t]) continue
    ends[2 * t] = -Infinity
    ends[2 * t + 1] = Infinity
  }
  let first = 0
  for (let i = 0; i < count && undecided > 0; i++) {
    while (ends[2 * first] > ends[2 * first + 1]) first++
    const begin = offsets[i]
    let ofSum = 0
    for (let k = offsets[i + 1] - 1; k >= begin + first; k--) {
      ofSum = unit * Math.abs(reward[k]) + discount * ofSum
      const at = 2 * (k - begin)
      if (ends[at] > ends[at + 1]) continue
      const rounding = Math.max(ofSum, relative * Math.abs(toGo[k]))
      const low = toGo[k] - rounding
      const high = toGo[k] + rounding
      if (!(low <= ends[at])) ends[at] = low
      if (!(high >= ends[at + 1])) ends[at + 1] = high
      if (ends[at] <= ends[at + 1]) continue
      ends[at] = 1
      ends[at + 1] = 0
      undecided--
    }
  }
  return undecided === 0 ? null : Uint8Array.from({ length: times }, (_, t) => (ends[2 * t] <= ends[2 * t + 1] ? 1 : 0))
}

/** The size of what a level subtracts from a step. */
const sizeOf = (level: Level, i: number, k: number, time: number): number => {
  switch (level.axis) {
    case 'constant':
      return Math.abs(level.value)
    case 'per trajectory':
      return Math.abs(level.column[i])
    case 'per step':
      return Math.abs(level.column[k])
    case 'per time':
      return Math.abs(level.column[time])
    case 'per time, without the own':
      return Math.abs(level.total[time] * level.share[time])
  }
}

const roundingOfLevels = (levels: readonly Level[], i: number, k: number, time: number): number =>
  levels.reduce((sum, level) => sum + relative * sizeOf(level, i, k, time), 0)

/** Where trajectories begin, in their columns and in their episodes. */
type Places = Pick<Batch, 'count' | 'offsets' | 'startTime'>

/** Goes through the steps of a credit, each trajectory from its end, until a step is refused. */
const everyStep = (
  { of, outer, inside, flat }: Credit,
  column: ArrayLike<number>,
  places: Places,
  accepts: (k: number, rounding: number) => boolean,
): boolean => {
  const { count, offsets, startTime } = places
  const source = roundingIn(of, places)
  for (let i = 0; i < count; i++) {
    let sum = 0
    for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) {
      const time = startTime[i] + k - offsets[i]
      sum = source(k, sum)
      const within = sum + (inside.length === 0 ? 0 : roundingOfLevels(inside, i, k, time))
      const made = (outer === 1 ? within : outer ** time * within) + roundingOfLevels(flat, i, k, time)
      // What a credit was made of has its own size in it; where nothing is known of that, its size it is.
      if (!accepts(k, Math.max(made, relative * Math.abs(column[k])))) return false
    }
  }
  return true
}

/**
 * Whether the credits of all steps are equal but for the rounding of what they were made of: a small difference of large numbers is
 * rounded as they are.
 *
 * @param column  the credits, baselines and outer factor in them. [sum L_i]
 */
export const creditsAgree = (credit: Credit, column: ArrayLike<number>, batch: Places): boolean => {
  let low = -Infinity
  let high = Infinity
  return everyStep(credit, column, batch, (k, rounding) => {
    low = Math.max(low, column[k] - rounding)
    high = Math.min(high, column[k] + rounding)
    return low <= high
  })
}

/** What each credit of a batch may be off by. [sum L_i] */
export const roundingsOf = (credit: Credit, column: ArrayLike<number>, batch: Places): Float64Array => {
  const out = new Float64Array(column.length)
  everyStep(credit, column, batch, (k, rounding) => {
    out[k] = rounding
    return true
  })
  return out
}
