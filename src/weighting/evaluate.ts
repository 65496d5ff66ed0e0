import type { Column, PerStep } from '../columns/column.ts'
import { returnsToGo, wholeReturns } from '../columns/returns.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import type { Batch, Trajectories } from '../trajectories/trajectories.ts'
import { longest } from '../trajectories/trajectories.ts'
import type { Credit, Level, Plan, RatioPlan } from './weighting.ts'

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

/** c_t *= scale_i outer^t, in place. */
const multiply = (c: Float64Array, batch: Batch, outer: number, scale: Scale): void => {
  if (outer === 1 && scale === 1) return
  const { count, offsets, startTime } = batch
  const byTime = outer === 1 ? null : powers(outer, longest(batch))
  for (let i = 0; i < count; i++) {
    const begin = offsets[i]
    const end = offsets[i + 1]
    const own = (typeof scale === 'number' ? scale : scale[i]) * (byTime === null ? 1 : outer ** startTime[i])
    if (byTime === null) for (let k = begin; k < end; k++) c[k] *= own
    else for (let k = begin; k < end; k++) c[k] *= own * byTime[k - begin]
  }
}

/** c -= level, in place. */
const subtract = (c: Float64Array, batch: Batch, level: Level): void => {
  const { count, offsets, startTime } = batch
  switch (level.axis) {
    case 'constant':
      for (let k = 0; k < c.length; k++) c[k] -= level.value
      return
    case 'per step':
      for (let k = 0; k < c.length; k++) c[k] -= level.column[k]
      return
    case 'per trajectory':
      for (let i = 0; i < count; i++) for (let k = offsets[i]; k < offsets[i + 1]; k++) c[k] -= level.column[i]
      return
    case 'per time':
      for (let i = 0; i < count; i++) {
        const shift = startTime[i] - offsets[i]
        for (let k = offsets[i]; k < offsets[i + 1]; k++) c[k] -= level.column[k + shift]
      }
  }
}

const sourceColumn = ({ of }: Credit, batch: Batch): Float64Array => {
  switch (of._tag) {
    case 'reward-to-go':
      return returnsToGo(batch, of.reward, of.discount)
    case 'column':
      return of.column
    case 'whole return': {
      const returns = wholeReturns(batch, of.reward, of.discount)
      const out = new Float64Array(batch.offsets[batch.count])
      for (let i = 0; i < batch.count; i++) out.fill(returns[i], batch.offsets[i], batch.offsets[i + 1])
      return out
    }
  }
}

/** The credit of each step, times scale: every part of W but the ratio. Uses up the credit. [sum L_i] */
export const creditColumn = (credit: Credit, batch: Batch, scale: Scale = 1): Float64Array => {
  const c = sourceColumn(credit, batch)
  for (const level of credit.inside) subtract(c, batch, level)
  if (credit.flat.length === 0) multiply(c, batch, credit.outer, scale)
  else {
    multiply(c, batch, credit.outer, 1)
    for (const level of credit.flat) subtract(c, batch, level)
    multiply(c, batch, 1, scale)
  }
  return c
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
  const levels = new Float64Array(prefix.length)
  for (const level of credit.inside) subtract(levels, batch, level)
  multiply(levels, batch, credit.outer, 1)
  for (const level of credit.flat) subtract(levels, batch, level)
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
  if (of._tag === 'reward-to-go') multiply(out, batch, credit.outer, 1)
  for (let k = 0; k < out.length; k++) out[k] += prefix[k] * levels[k]
  return out
}

/** log pi(a_t|s_t) - log mu(a_t|s_t), the log ratio of each step. [sum L_i] */
export const logRatios = (logProb: Column<PerStep>, behaviourLogProb: Column<PerStep>): Float64Array => {
  const out = new Float64Array(logProb.length)
  for (let k = 0; k < out.length; k++) out[k] = logProb[k] - behaviourLogProb[k]
  return out
}

/** The ratio of each step with its limits applied, given the credit that it will multiply. [sum L_i] */
export const limitedRatio = (
  plan: RatioPlan,
  logRatio: Float64Array,
  credit: Column<PerStep>,
  batch: Trajectories<AllFacts>,
): Float64Array => plan.limits.reduce((ratio, limit) => limit.apply(ratio, credit, batch), plan.ratio(logRatio, batch))

const correctedColumn = (credit: Credit, plan: RatioPlan, batch: Trajectories<AllFacts>): Float64Array => {
  const logRatio = logRatios(batch.logProb, batch.behaviourLogProb)
  if (plan.kind === 'per decision') return perDecisionColumn(credit, plan.ratio(logRatio, batch), batch)
  const c = creditColumn(credit, batch)
  const ratio = limitedRatio(plan, logRatio, c, batch)
  for (let k = 0; k < c.length; k++) c[k] *= ratio[k]
  return c
}

/** W of every step: credit, ratio, changes, scale of the reduction. A fresh array. [sum L_i] */
export const weigh = (plan: Plan, batch: Trajectories<AllFacts>, scale: Scale): Float64Array => {
  const credit = plan.credit(batch)
  if (plan.ratio === null && plan.changes.length === 0) return creditColumn(credit, batch, scale)
  const unscaled = plan.ratio === null ? creditColumn(credit, batch) : correctedColumn(credit, plan.ratio, batch)
  const changed = plan.changes.reduce((weight, change) => change.apply(weight, batch), unscaled)
  multiply(changed, batch, 1, scale)
  return changed
}
