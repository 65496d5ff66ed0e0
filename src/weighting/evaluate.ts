import type { Column, PerStep } from '../columns/column.ts'
import { wholeReturns, writeReturnsToGo } from '../columns/returns.ts'
import { giveColumn, keepOut, takeColumn } from '../columns/scratch.ts'
import type { AllFacts, BehaviourLogProb } from '../trajectories/facts.ts'
import type { Batch, Trajectories } from '../trajectories/trajectories.ts'
import { longest } from '../trajectories/trajectories.ts'
import type { Credit, CreditSource, Level, LevelOfOthers, Plan, RatioPlan } from './weighting.ts'

/** What a reduction multiplies weights by: one number, or one per trajectory. */
export type Scale = number | Float64Array

const powers = (base: number, count: number): Float64Array => {
  const out = new Float64Array(count)
  let power = 1
  for (let t = 0; t < count; t++) {
    out[t] = power
    power *= base
  }
  return out
}

/** A batch, and which of its trajectories are at hand: first <= i < stop. */
interface Part {
  readonly batch: Batch
  readonly first: number
  readonly stop: number
  /** outer^t by time since the start of a trajectory; null where there is no outer factor. */
  readonly outerByTime: Float64Array | null
  readonly outer: number
}

// Loops of their own, so that each is compiled for itself.

const copyRun = (to: Float64Array, c: Float64Array, begin: number, end: number): void => {
  for (let k = begin; k < end; k++) to[k] = c[k]
}
const scaleRun = (to: Float64Array, c: Float64Array, begin: number, end: number, by: number): void => {
  for (let k = begin; k < end; k++) to[k] = c[k] * by
}
const scaleRunByTime = (to: Float64Array, c: Float64Array, begin: number, end: number, by: number, byTime: Float64Array): void => {
  for (let k = begin, t = 0; k < end; k++, t++) to[k] = c[k] * by * byTime[t]
}
const subtractNumber = (c: Float64Array, begin: number, end: number, b: number): void => {
  for (let k = begin; k < end; k++) c[k] -= b
}
const subtractRun = (c: Float64Array, begin: number, end: number, b: ArrayLike<number>, shift: number): void => {
  for (let k = begin; k < end; k++) c[k] -= b[k + shift]
}
const subtractOthers = (c: Float64Array, begin: number, end: number, total: ArrayLike<number>, share: ArrayLike<number>, shift: number): void => {
  for (let k = begin; k < end; k++) c[k] -= (total[k + shift] - c[k]) * share[k + shift]
}

/** to_t = c_t scale_i outer^t; `to` may be c itself. */
const multiply = (to: Float64Array, c: Float64Array, { batch, first, stop, outer, outerByTime }: Part, scale: Scale): void => {
  const { offsets, startTime } = batch
  if (outerByTime === null && scale === 1) {
    if (to !== c) copyRun(to, c, offsets[first], offsets[stop])
    return
  }
  for (let i = first; i < stop; i++) {
    const own = (typeof scale === 'number' ? scale : scale[i]) * (startTime[i] === 0 ? 1 : outer ** startTime[i])
    if (outerByTime === null) scaleRun(to, c, offsets[i], offsets[i + 1], own)
    else scaleRunByTime(to, c, offsets[i], offsets[i + 1], own, outerByTime)
  }
}

/** c -= level, in place. */
const subtract = (c: Float64Array, { batch, first, stop }: Part, level: Level): void => {
  const { offsets, startTime } = batch
  for (let i = first; i < stop; i++) {
    const begin = offsets[i]
    const end = offsets[i + 1]
    switch (level.axis) {
      case 'constant':
        subtractNumber(c, begin, end, level.value)
        break
      case 'per trajectory':
        subtractNumber(c, begin, end, level.column[i])
        break
      case 'per step':
        subtractRun(c, begin, end, level.column, 0)
        break
      case 'per time':
        subtractRun(c, begin, end, level.column, startTime[i] - begin)
        break
      case 'per time, without the own':
        subtractOthers(c, begin, end, level.total, level.share, startTime[i] - begin)
    }
  }
}

/** A mean over the others is told by the raw return, so it comes first, while that is what stands in the column. */
const othersFirst = (levels: readonly Level[]): readonly Level[] =>
  levels.length < 2
    ? levels
    : [
        ...levels.filter(({ axis }) => axis === 'per time, without the own'),
        ...levels.filter(({ axis }) => axis !== 'per time, without the own'),
      ]

/** Trajectories that are finished together, so that what one pass writes is still near when the next one reads it. */
const atOnce = 4

/** The parts of a batch, one after the other. */
const partsOf = (batch: Batch, outer: number): readonly Part[] => {
  const outerByTime = outer === 1 ? null : powers(outer, longest(batch))
  return Array.from({ length: Math.ceil(batch.count / atOnce) }, (_, j) => ({
    batch,
    first: j * atOnce,
    stop: Math.min((j + 1) * atOnce, batch.count),
    outer,
    outerByTime,
  }))
}

const whole = (batch: Batch): Part => ({ batch, first: 0, stop: batch.count, outer: 1, outerByTime: null })

/** The column that a credit's numbers stand in, or are going to be written to part by part. */
const columnFor = (of: CreditSource, batch: Batch, into?: Float64Array): Float64Array => {
  if (of._tag === 'column') return of.column
  return (of._tag === 'reward-to-go' ? of.toGo.column : null) ?? into ?? takeColumn(batch.offsets[batch.count])
}

/** Writes the numbers of a credit's source for the trajectories of a part, unless they stand there already. */
const writeSource = (column: Float64Array, of: CreditSource, returns: ArrayLike<number> | null, { batch, first, stop }: Part): void => {
  if (of._tag === 'reward-to-go' && of.toGo.column === null) writeReturnsToGo(column, batch, of.reward, of.discount, first, stop)
  if (returns !== null) for (let i = first; i < stop; i++) column.fill(returns[i], batch.offsets[i], batch.offsets[i + 1])
}

/**
 * The credit of each step, times scale: every part of W but the ratio. Uses up the credit.
 *
 * @param into  where to write it; without it, to the column that the credit came in. [sum L_i]
 */
export const creditColumn = (credit: Credit, batch: Batch, scale: Scale = 1, into?: Float64Array): Float64Array => {
  const { of } = credit
  const column = columnFor(of, batch, into)
  const returns = of._tag === 'whole return' ? wholeReturns(batch, of.reward, of.discount) : null
  const to = into ?? column
  const inside = othersFirst(credit.inside)
  for (const part of partsOf(batch, credit.outer)) {
    writeSource(column, of, returns, part)
    for (const level of inside) subtract(column, part, level)
    if (credit.flat.length === 0) multiply(to, column, part, scale)
    else {
      multiply(column, column, part, 1)
      for (const level of credit.flat) subtract(column, part, level)
      multiply(to, column, { ...part, outerByTime: null, outer: 1 }, scale)
    }
  }
  if (to !== column) giveColumn(column)
  return to
}

/** The raw returns to go of a credit, computed when they are first asked for and kept until the credit is used up. */
export const rawToGo = (of: CreditSource, batch: Batch): Float64Array => {
  if (of._tag !== 'reward-to-go') throw new TypeError('returns to go of a credit that has none; put causality before it')
  if (of.toGo.column === null) {
    of.toGo.column = takeColumn(batch.offsets[batch.count])
    writeReturnsToGo(of.toGo.column, batch, of.reward, of.discount, 0, batch.count)
  }
  return of.toGo.column
}

/** A mean over the others as a column of its own, for where no raw returns stand in the column that it is subtracted from. */
const othersPerStep = ({ total, share }: LevelOfOthers, of: CreditSource, batch: Batch): Level => {
  const column = Float64Array.from(rawToGo(of, batch))
  for (let i = 0; i < batch.count; i++) {
    const shift = batch.startTime[i] - batch.offsets[i]
    for (let k = batch.offsets[i]; k < batch.offsets[i + 1]; k++) column[k] = (total[k + shift] - column[k]) * share[k + shift]
  }
  return { axis: 'per step', column }
}

/**
 * Credit with a ratio per reward, rho = ratio of the prefix up to and including a step:
 *
 *     return to go   W_t = outer^t (sum_{u>=t} rho_{0:u} gamma^(u-t) r_u - rho_{0:t} inside_t) - rho_{0:t} flat_t
 *     whole return   W_t = sum_u rho_{0:max(u,t)} gamma^u r_u - rho_{0:t} flat_t
 */
const perDecisionColumn = (credit: Credit, prefix: Float64Array, batch: Batch): Float64Array => {
  const { of } = credit
  if (of._tag === 'column') throw new TypeError('importance(perDecision) on a credit without rewards')
  const { count, offsets } = batch
  const { reward, discount } = of
  const inside = credit.inside.map((level) => (level.axis === 'per time, without the own' ? othersPerStep(level, of, batch) : level))
  const levels = creditColumn({ ...credit, inside, of: { _tag: 'column', column: new Float64Array(prefix.length) } }, batch)
  const out = new Float64Array(prefix.length)
  for (let i = 0; i < count; i++) {
    let g = 0
    for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) out[k] = g = prefix[k] * reward[k] + discount * g
    if (of._tag === 'whole return') {
      let past = 0
      let power = 1
      for (let k = offsets[i]; k < offsets[i + 1]; k++) {
        out[k] = out[k] * power + prefix[k] * past
        past += power * reward[k]
        power *= discount
      }
    }
  }
  if (of._tag === 'reward-to-go') for (const part of partsOf(batch, credit.outer)) multiply(out, out, part, 1)
  for (let k = 0; k < out.length; k++) out[k] += prefix[k] * levels[k]
  return out
}

/** log pi(a_t|s_t) - log mu(a_t|s_t), the log ratio of each step. [sum L_i] */
export const logRatios = (logProb: Column<PerStep>, behaviourLogProb: Column<PerStep>): Float64Array => {
  const out = takeColumn(logProb.length)
  for (let k = 0; k < out.length; k++) out[k] = logProb[k] - behaviourLogProb[k]
  return out
}

/** A ratio with the limits of its plan applied, given the credit that it will multiply; may write over the ratio. [sum L_i] */
export const limited = (plan: RatioPlan, ratio: Float64Array, credit: Column<PerStep>, batch: Trajectories<AllFacts>): Float64Array =>
  plan.limits.reduce((so, limit) => limit.apply(so, credit, batch), ratio)

/** The ratio of each step from log ratios, which it may write over, with its limits applied. [sum L_i] */
export const limitedRatio = (
  plan: RatioPlan,
  logRatio: Float64Array,
  credit: Column<PerStep>,
  batch: Trajectories<AllFacts>,
): Float64Array => limited(plan, plan.ratio(logRatio, batch), credit, batch)

/** The log ratios of a batch; 0 where it carries no log-probs, which a ratio taken as one does not ask for. [sum L_i] */
export const logRatiosOf = (batch: Trajectories<Partial<BehaviourLogProb>>): Float64Array =>
  batch.logProb === undefined || batch.behaviourLogProb === undefined
    ? new Float64Array(batch.offsets[batch.count])
    : logRatios(batch.logProb, batch.behaviourLogProb)

const correctedColumn = (credit: Credit, plan: RatioPlan, batch: Trajectories<AllFacts>): Float64Array => {
  const logRatio = logRatiosOf(batch)
  if (plan.kind === 'per decision') return perDecisionColumn(credit, plan.ratio(logRatio, batch), batch)
  const c = creditColumn(credit, batch)
  const ratio = limitedRatio(plan, logRatio, c, batch)
  for (let k = 0; k < c.length; k++) c[k] *= ratio[k]
  giveColumn(ratio)
  return c
}

/** W of every step: credit, ratio, changes, scale of the reduction; written to `into`, or to a fresh array. [sum L_i] */
export const weigh = (plan: Plan, batch: Trajectories<AllFacts>, scale: Scale, into?: Float64Array): Float64Array => {
  const credit = plan.credit(batch)
  if (plan.ratio === null && plan.changes.length === 0) return keepOut(creditColumn(credit, batch, scale, into))
  const unscaled = plan.ratio === null ? creditColumn(credit, batch) : correctedColumn(credit, plan.ratio, batch)
  const changed = plan.changes.reduce((weight, change) => change.apply(weight, batch), unscaled)
  const to = into ?? changed
  multiply(to, changed, whole(batch), scale)
  if (to !== changed) giveColumn(changed)
  return keepOut(to)
}
