import type { Column, PerStep } from '../columns/column.ts'
import type { Wide, WideColumn } from '../columns/wide.ts'
import { narrow, narrowed, plus, productAt, times, wide, wideAt } from '../columns/wide.ts'
import { writable } from '../columns/writable.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import type { Batch, Trajectories } from '../trajectories/trajectories.ts'
import type { RatioPlan } from './weighting.ts'

// Weights where a ratio is beyond the range of float64: slower than the quick way, and right wherever the weight is a number.

const zeros = (n: number): Float64Array => new Float64Array(n)

/** The ratios of a plan, whatever their size, from log ratios, which it may write over. */
const ratiosOf = (plan: RatioPlan, logRatio: Float64Array, batch: Trajectories<AllFacts>): WideColumn =>
  plan.ratio.log === undefined
    ? { factor: writable(plan.ratio(logRatio, batch), logRatio), log: zeros(logRatio.length) }
    : { factor: zeros(logRatio.length).fill(1), log: plan.ratio.log(logRatio, batch) }

/** The same with the limits of the plan applied, given the credit that they will multiply. */
export const wideLimitedRatio = (plan: RatioPlan, logRatio: Float64Array, credit: Column<PerStep>, batch: Trajectories<AllFacts>): WideColumn =>
  plan.limits.reduce<WideColumn>(
    (so, limit) => {
      if (limit.wide !== undefined) return limit.wide(so, credit, batch)
      const ratio = narrowed(so)
      return { factor: writable(limit.apply(ratio, credit, batch), ratio), log: zeros(credit.length) }
    },
    ratiosOf(plan, logRatio, batch),
  )

/** to = c ratio scale. */
export const writeProducts = (to: Float64Array, c: Column<PerStep>, ratio: WideColumn, { count, offsets }: Batch, scale: (i: number) => number): void => {
  for (let i = 0; i < count; i++) for (let k = offsets[i]; k < offsets[i + 1]; k++) to[k] = productAt(c[k], ratio, k, scale(i))
}

/** base^t for t = 0, 1, ... as numbers of any size. */
const widePowers = function* (base: number): Generator<Wide, never> {
  for (let power = wide(1); ; power = times(power, wide(base))) yield power
}

/** What a ratio per decision multiplies: rewards still separable by time, and what is subtracted at each step, outer factor included. */
export interface Decisions {
  readonly scope: 'whole return' | 'reward-to-go'
  readonly reward: Column<PerStep>
  readonly discount: number
  /** Base of the outer factor of rewards to go. */
  readonly outer: number
  /** Minus the baselines. [sum L_i] */
  readonly levels: Column<PerStep>
}

/** Credit with a ratio per reward, times scale: as the quick way has it, in numbers of any size. */
export const writeDecisions = (
  to: Float64Array,
  { scope, reward, discount, outer, levels }: Decisions,
  plan: RatioPlan,
  logRatio: Float64Array,
  batch: Trajectories<AllFacts>,
  scale: (i: number) => number,
): void => {
  const { count, offsets } = batch
  const column = ratiosOf(plan, logRatio, batch)
  const gamma = wide(discount)
  for (let i = 0; i < count; i++) {
    const begin = offsets[i]
    const end = offsets[i + 1]
    const prefix = Array.from({ length: end - begin }, (_, t) => wideAt(column, begin + t))
    const future: Wide[] = []
    for (let t = end - begin - 1, g = wide(0); t >= 0; t--) future[t] = g = plus(times(prefix[t], wide(reward[begin + t])), times(gamma, g))
    const powers = widePowers(scope === 'whole return' ? discount : outer)
    let past = wide(0)
    for (const [t, rho] of prefix.entries()) {
      const power = powers.next().value
      const ahead = plus(times(power, future[t]), times(rho, wide(levels[begin + t])))
      to[begin + t] = narrow(times(scope === 'whole return' ? plus(ahead, times(rho, past)) : ahead, wide(scale(i))))
      past = plus(past, times(power, wide(reward[begin + t])))
    }
  }
}

/** Credits of any size, times outer^t and scale. */
export const writeWide = (to: Float64Array, credits: readonly Wide[], outer: number, { count, offsets, startTime }: Batch, scale: (i: number) => number): void => {
  for (let i = 0; i < count; i++) {
    const start = wide(outer ** startTime[i])
    const powers = widePowers(outer)
    for (let k = offsets[i]; k < offsets[i + 1]; k++)
      to[k] = narrow(times(times(credits[k], times(start, powers.next().value)), wide(scale(i))))
  }
}
