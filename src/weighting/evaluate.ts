import type { Column, PerStep } from '../columns/column.ts'
import { sum } from '../columns/deviation.ts'
import { farRatios, mostLogRatios, takeLogRatios } from '../columns/exponential.ts'
import { groupEnd } from '../columns/group.ts'
import { wholeReturns, writeReturnsToGo } from '../columns/returns.ts'
import { copyRun, differences, scaleRun, scaleRunByRatio, scaleRunByTime, subtractNumber, subtractOthers, subtractRun } from '../columns/runs.ts'
import { giveColumn, keepOut, takeColumn } from '../columns/scratch.ts'
import { writable } from '../columns/writable.ts'
import type { AllFacts, BehaviourLogProb } from '../trajectories/facts.ts'
import type { Batch, Trajectories } from '../trajectories/trajectories.ts'
import { longest } from '../trajectories/trajectories.ts'
import type { Credit, CreditSource, Level, LevelOfOthers, Plan, RatioPlan, WideCredit } from './weighting.ts'
import { wideLimitedRatio, writeDecisions, writeProducts, writeWide } from './wideWeights.ts'

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

/** to_t = c_t scale_i outer^t; `to` may be c itself. */
const multiply = (to: Float64Array, c: Float64Array, { batch, first, stop, outer, outerByTime }: Part, scale: Scale): void => {
  const { offsets, startTime } = batch
  if (outerByTime === null && scale === 1) {
    if (to !== c) copyRun(to, offsets[first], offsets[stop], c, offsets[first])
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

const byTime = (outer: number, batch: Batch): Float64Array | null => (outer === 1 ? null : powers(outer, longest(batch)))

/** All of a batch. */
const whole = (batch: Batch, outer: number): Part => ({ batch, first: 0, stop: batch.count, outer, outerByTime: byTime(outer, batch) })

/** The column that a credit's numbers stand in, or are going to be written to part by part. */
const columnFor = (of: CreditSource, batch: Batch, into?: Float64Array): Float64Array => {
  if (of._tag === 'column') return of.column
  return (of._tag === 'reward-to-go' ? of.toGo.column : null) ?? into ?? takeColumn(batch.offsets[batch.count])
}

/** Whether the numbers of a credit's source stand in its column already. */
const stands = (of: CreditSource): boolean => of._tag === 'column' || (of._tag === 'reward-to-go' && of.toGo.column !== null)

/** Writes the numbers of a credit's source, times a number, for the trajectories of a part. */
const writeSource = (column: Float64Array, of: CreditSource, { batch, first, stop }: Part, by: number): void => {
  switch (of._tag) {
    case 'written':
      of.write(column, first, stop, by)
      break
    case 'reward-to-go':
      writeReturnsToGo(column, batch, of.reward, of.discount, first, stop, by)
      break
    case 'whole return': {
      const returns = returnsOf(of, batch)
      for (let i = first; i < stop; i++) column.fill(returns[i] * by, batch.offsets[i], batch.offsets[i + 1])
    }
  }
}

/** What weights add up to, which tells whether all are finite: found out part by part, while they are near. null: not found out. */
export interface Total {
  sum: number | null
}

/** Writes the weights of a part of a batch from its credits, which stand in a column. */
type Finish = (to: Float64Array, column: Float64Array, part: Part, scale: Scale) => void

/** Works a credit out part by part, each to its end while it is near. Uses up the credit. */
const inParts = (credit: Credit, batch: Batch, scale: Scale, into: Float64Array | undefined, finish: Finish, total?: Total): Float64Array => {
  const { of, outer, flat } = credit
  const column = columnFor(of, batch, into)
  const standing = stands(of)
  const to = into ?? column
  const inside = othersFirst(credit.inside)
  const outerByTime = byTime(outer, batch)
  // Where nothing comes between a credit and its scale, it is written scaled.
  const atOnce = finish === multiply && !standing && typeof scale === 'number' && outerByTime === null && inside.length === 0 && flat.length === 0
  let all = 0
  for (let first = 0, stop = 0; first < batch.count; first = stop) {
    stop = groupEnd(batch, first)
    const part = { batch, first, stop, outer, outerByTime }
    if (!standing) writeSource(column, of, part, atOnce ? scale : 1)
    if (!atOnce) {
      for (const level of inside) subtract(column, part, level)
      if (flat.length === 0) finish(to, column, part, scale)
      else {
        multiply(column, column, part, 1)
        for (const level of flat) subtract(column, part, level)
        finish(to, column, { ...part, outerByTime: null, outer: 1 }, scale)
      }
    }
    if (total !== undefined) all += sum(to, batch.offsets[first], batch.offsets[stop])
  }
  if (total !== undefined) total.sum = all
  if (to !== column) giveColumn(column)
  return to
}

/**
 * The credit of each step, times scale: every part of W but the ratio. Uses up the credit.
 *
 * @param into   where to write it; without it, to the column that the credit came in. [sum L_i]
 * @param total  where the sum of it goes
 */
export const creditColumn = (credit: Credit, batch: Batch, scale: Scale = 1, into?: Float64Array, total?: Total): Float64Array =>
  inParts(credit, batch, scale, into, multiply, total)

/** Steps of a run: a constant of this module, as there. */
const run = mostLogRatios

/** to = c ratio scale for a part, run by run: where the ratio of a step is made from nothing but the step's own log-probs and credit. */
const multiplyByRatio =
  (plan: RatioPlan, batch: Trajectories<AllFacts>): Finish =>
  (to, column, part, scale) => {
    const { offsets } = batch
    const { first, stop, outerByTime } = part
    if (outerByTime !== null) multiply(column, column, part, 1)
    // One factor for all goes in at once; factors of trajectories come after.
    const by = typeof scale === 'number' ? scale : 1
    for (let begin = offsets[first]; begin < offsets[stop]; begin += run)
      multiplyRun(to, column, plan, batch, begin, Math.min(begin + run, offsets[stop]), by)
    if (typeof scale !== 'number') multiply(to, to, { ...part, outerByTime: null, outer: 1 }, scale)
  }

const multiplyRun = (
  to: Float64Array,
  column: Float64Array,
  plan: RatioPlan,
  batch: Trajectories<AllFacts>,
  begin: number,
  end: number,
  by: number,
): void => {
  const log = takeLogRatios(end - begin)
  differences(log, 0, end - begin, batch.logProb, batch.behaviourLogProb, begin)
  scaleRunByRatio(to, column, begin, end, by, limitedRatio(plan, log, column.subarray(begin, end), batch), 0)
}

/** The rewards of a credit, and their discount. */
export const rewardsIn = (of: CreditSource): Extract<CreditSource, { readonly reward: unknown }> => {
  if (of._tag === 'column' || of._tag === 'written') throw new TypeError('returns of a credit that has none; begin with totalReturn')
  return of
}

/** The raw returns of whole trajectories, computed when they are first asked for. [N] */
export const returnsOf = (source: CreditSource, batch: Batch): Float64Array => {
  const of = rewardsIn(source)
  return of._tag === 'whole return' ? (of.returns.column ??= wholeReturns(batch, of.reward, of.discount)) : wholeReturns(batch, of.reward, of.discount)
}

const levelIn = (level: Level, unit: number): Level => {
  switch (level.axis) {
    case 'constant':
      return { ...level, value: level.value * unit }
    case 'per time, without the own':
      return { ...level, total: Float64Array.from(level.total, (x) => x * unit) }
    default:
      return { ...level, column: Float64Array.from(level.column, (x) => x * unit) }
  }
}

/** A credit made of rewards in another unit, a power of two: evaluated afresh, where differences of its parts overflow. */
export const inUnits = (credit: Credit, unit: number): Credit => {
  const of = rewardsIn(credit.of)
  const reward = Float64Array.from(of.reward, (r) => r * unit)
  return {
    outer: credit.outer,
    flat: credit.flat.map((level) => levelIn(level, unit)),
    inside: credit.inside.map((level) => levelIn(level, unit)),
    of: of._tag === 'whole return' ? { ...of, reward, returns: { column: null } } : { ...of, reward, toGo: { column: null } },
  }
}

/** The raw returns to go of a credit, computed when they are first asked for and kept until the credit is used up. */
export const rawToGo = (of: CreditSource, batch: Batch): Float64Array => {
  if (of._tag !== 'reward-to-go') throw new TypeError('returns to go of a credit that has none; put causality before it')
  if (of.toGo.column === null) {
    of.toGo.column = takeColumn(batch.offsets[batch.count])
    writeReturnsToGo(of.toGo.column, batch, of.reward, of.discount, 0, batch.count, 1)
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

const withRewards = ({ of }: Credit): Extract<CreditSource, { readonly reward: unknown }> => {
  if (of._tag === 'column' || of._tag === 'written') throw new TypeError('importance(perDecision) on a credit without rewards')
  return of
}

/** What baselines add to a credit, outer factor included. */
const minusBaselines = (credit: Credit, batch: Batch): Float64Array => {
  const inside = credit.inside.map((level) => (level.axis === 'per time, without the own' ? othersPerStep(level, credit.of, batch) : level))
  return creditColumn({ ...credit, inside, of: { _tag: 'column', column: new Float64Array(batch.offsets[batch.count]) } }, batch)
}

/**
 * Credit with a ratio per reward, rho = ratio of the prefix up to and including a step:
 *
 *     return to go   W_t = outer^t (sum_{u>=t} rho_{0:u} gamma^(u-t) r_u - rho_{0:t} inside_t) - rho_{0:t} flat_t
 *     whole return   W_t = sum_u rho_{0:max(u,t)} gamma^u r_u - rho_{0:t} flat_t
 */
const perDecisionColumn = (credit: Credit, prefix: Float64Array, batch: Batch): Float64Array => {
  const of = withRewards(credit)
  const { count, offsets } = batch
  const { reward, discount } = of
  const levels = minusBaselines(credit, batch)
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
  if (of._tag === 'reward-to-go') multiply(out, out, whole(batch, credit.outer), 1)
  for (let k = 0; k < out.length; k++) out[k] += prefix[k] * levels[k]
  return out
}

/** log pi(a_t|s_t) - log mu(a_t|s_t), the log ratio of each step. [sum L_i] */
export const logRatios = (logProb: Column<PerStep>, behaviourLogProb: Column<PerStep>): Float64Array => {
  const out = takeColumn(logProb.length)
  differences(out, 0, out.length, logProb, behaviourLogProb, 0)
  return out
}

/** A ratio with the limits of its plan applied, given the credit that it will multiply; may write over the ratio. [sum L_i] */
export const limited = (plan: RatioPlan, ratio: Float64Array, credit: Column<PerStep>, batch: Trajectories<AllFacts>): Float64Array =>
  plan.limits.reduce((so, limit) => writable(limit.apply(so, credit, batch), so), ratio)

/** The ratio of each step from log ratios, which it may write over, with its limits applied. [sum L_i] */
export const limitedRatio = (
  plan: RatioPlan,
  logRatio: Float64Array,
  credit: Column<PerStep>,
  batch: Trajectories<AllFacts>,
): Float64Array => {
  const ratio = plan.ratio(logRatio, batch)
  // A ratio that says what its log is comes from this library: it stands in the room of its log ratios, if not in their place.
  return limited(plan, plan.ratio.log === undefined ? writable(ratio, logRatio) : ratio, credit, batch)
}

/** The log ratios of a batch; 0 where it carries no log-probs, which a ratio taken as one does not ask for. [sum L_i] */
export const logRatiosOf = (batch: Trajectories<Partial<BehaviourLogProb>>): Float64Array =>
  batch.logProb === undefined || batch.behaviourLogProb === undefined
    ? new Float64Array(batch.offsets[batch.count])
    : logRatios(batch.logProb, batch.behaviourLogProb)

/** Whether a ratio and its limits may be given a run of steps at a time. */
export const isPointwise = ({ kind, pointwise, limits }: RatioPlan): boolean =>
  kind === 'per step weight' && pointwise && limits.every((limit) => limit.pointwise === true)

const correctedColumn = (credit: Credit, plan: RatioPlan, batch: Trajectories<AllFacts>): Float64Array => {
  const logRatio = logRatiosOf(batch)
  if (plan.kind === 'per decision') return perDecisionColumn(credit, plan.ratio(logRatio, batch), batch)
  const c = creditColumn(credit, batch)
  const ratio = limitedRatio(plan, logRatio, c, batch)
  for (let k = 0; k < c.length; k++) c[k] *= ratio[k]
  giveColumn(ratio)
  return c
}

/** The credits of all steps as numbers of any size, if that is how the ratios in them are to be multiplied. */
const wideCreditOf = ({ of, inside, flat }: Credit): WideCredit | null =>
  of._tag === 'written' && of.wide !== undefined && inside.length + flat.length === 0 ? of.wide : null

/** As `weigh`, with products of ratios, credit and scale formed in a range that none of them leaves. */
const weighWide = (plan: Plan, batch: Trajectories<AllFacts>, scale: Scale, to: Float64Array): void => {
  const credit = plan.credit(batch)
  const ofTrajectory = (by: Scale) => (typeof by === 'number' ? () => by : (i: number) => by[i])
  // A change of the finished weight comes before the scale.
  const first = ofTrajectory(plan.changes.length === 0 ? scale : 1)
  if (plan.ratio === null) writeWide(to, wideCreditOf(credit)?.() ?? [], credit.outer, batch, first)
  else if (plan.ratio.kind === 'per decision') {
    const { _tag: scope, reward, discount } = withRewards(credit)
    const decisions = { scope, reward, discount, outer: credit.outer, levels: minusBaselines(credit, batch) }
    writeDecisions(to, decisions, plan.ratio, logRatiosOf(batch), batch, first)
  } else {
    const c = creditColumn(credit, batch)
    writeProducts(to, c, wideLimitedRatio(plan.ratio, logRatiosOf(batch), c, batch), batch, first)
  }
  if (plan.changes.length === 0) return
  const changed = plan.changes.reduce((weight, change) => change.apply(weight, batch), to)
  multiply(to, changed, whole(batch, 1), scale)
}

/** W of every step: credit, ratio, changes, scale of the reduction; written to `into`, or to a fresh array. [sum L_i] */
export const weigh = (plan: Plan, batch: Trajectories<AllFacts>, scale: Scale, into?: Float64Array, total?: Total): Float64Array => {
  const credit = plan.credit(batch)
  if (plan.ratio === null && wideCreditOf(credit) === null) return weighQuickly(plan, credit, batch, scale, into, total)
  const before = farRatios()
  const found: Total = total ?? { sum: null }
  const weights = weighQuickly(plan, credit, batch, scale, into, found)
  found.sum ??= sum(weights)
  if (farRatios() !== before || !Number.isFinite(found.sum)) {
    weighWide(plan, batch, scale, weights)
    found.sum = sum(weights)
  }
  return weights
}

const weighQuickly = (
  plan: Plan,
  credit: Credit,
  batch: Trajectories<AllFacts>,
  scale: Scale,
  into: Float64Array | undefined,
  total: Total | undefined,
): Float64Array => {
  if (plan.changes.length === 0) {
    if (plan.ratio === null) return keepOut(creditColumn(credit, batch, scale, into, total))
    if (isPointwise(plan.ratio)) return keepOut(inParts(credit, batch, scale, into, multiplyByRatio(plan.ratio, batch), total))
  }
  const unscaled = plan.ratio === null ? creditColumn(credit, batch) : correctedColumn(credit, plan.ratio, batch)
  const changed = plan.changes.reduce((weight, change) => change.apply(weight, batch), unscaled)
  const to = into ?? changed
  multiply(to, changed, whole(batch, 1), scale)
  if (to !== changed) giveColumn(changed)
  return keepOut(to)
}
