import { refuseColumn, refuseLayout } from '../columns/arguments.ts'
import type { Column, PerStep, PerTrajectory } from '../columns/column.ts'
import { sum } from '../columns/deviation.ts'
import { countFar, exponential, farRatios, withinReach, writeRatios } from '../columns/exponential.ts'
import { groupEnd, line, long } from '../columns/group.ts'
import type { Layout } from '../columns/spread.ts'
import type { Wide } from '../columns/wide.ts'
import { isTiny, narrow, plus, times, wide, wideExponential } from '../columns/wide.ts'
import type { BehaviourLogProb, Reward, StateValue } from '../trajectories/facts.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { stepCount } from '../trajectories/trajectories.ts'
import { numberLatex } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Call } from '../weighting/step.ts'
import type { Plan, Weighting } from '../weighting/weighting.ts'
import { asWeighting } from '../weighting/weighting.ts'
import { writtenCredit } from './credit.ts'
import type { BiasAtCuts, Episodes, EpisodesOption, NeedOf } from './episodes.ts'
import { checkedEpisodes } from './episodes.ts'

/** The bounds of V-trace's two ratios; Infinity leaves a ratio as it is. */
export interface VtraceBounds {
  /** Bound of the ratio in the temporal difference, > 0. */
  readonly rhoBar: number
  /** Bound of the ratio in the trace, > 0. */
  readonly cBar: number
}

/**
 * V-trace policy-gradient advantages, backwards in one pass, rho = min(rhoBar, pi/mu), c = min(cBar, pi/mu):
 *
 *     delta_t = rho_t (r_t + gamma V_{t+1} - V_t)
 *     v_t     = V_t + delta_t + gamma c_t (v_{t+1} - V_{t+1}),   v_L = V_L
 *     A_t     = rho_t (r_t + gamma v_{t+1} - V_t)
 *
 * Source: Espeholt et al. 2018, IMPALA, eq. 1 and section 4.2.
 *
 * @param layout            where trajectories begin and end
 * @param reward            r_t. [sum L_i]
 * @param value             V(s_t, t). [sum L_i]
 * @param bootstrapValue    V_L of a trajectory that was cut, 0 where the episode is over. [N]
 * @param logProb           log pi(a_t|s_t), nats. [sum L_i]
 * @param behaviourLogProb  log mu(a_t|s_t), nats. [sum L_i]
 * @param discount          gamma in [0, 1]
 * @param bounds            rhoBar and cBar
 * @param into              where to write them; without it, to a fresh array. [sum L_i]
 * @returns                 A_t. [sum L_i]
 *
 * @example
 * ```ts
 * import { vtraceAdvantages } from 'estimand'
 * const one = Float64Array.of(1)
 * const none = Float64Array.of(0)
 * Array.from(vtraceAdvantages({ count: 1, offsets: Int32Array.of(0, 1) }, one, none, none, none, none, 1, { rhoBar: 1, cBar: 1 })) // => [1]
 * ```
 */
export const vtraceAdvantages = (
  layout: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  logProb: Column<PerStep>,
  behaviourLogProb: Column<PerStep>,
  discount: number,
  bounds: VtraceBounds,
  into?: Float64Array,
): Float64Array & Column<PerStep> => {
  refuseLayout('vtraceAdvantages', layout)
  refuseColumn('vtraceAdvantages: reward', reward)
  refuseColumn('vtraceAdvantages: value', value)
  refuseColumn('vtraceAdvantages: bootstrapValue', bootstrapValue)
  refuseColumn('vtraceAdvantages: logProb', logProb)
  refuseColumn('vtraceAdvantages: behaviourLogProb', behaviourLogProb)
  refuseUnknown('vtraceAdvantages: bounds', bounds, ['rhoBar', 'cBar'], '{ rhoBar: 1, cBar: 1 }')
  const out = into ?? new Float64Array(stepCount(layout))
  const before = farRatios()
  for (let first = 0, stop = 0; first < layout.count; first = stop) {
    stop = groupEnd(layout, first)
    writeAdvantages(out, layout, reward, value, bootstrapValue, logProb, behaviourLogProb, discount, bounds, first, stop, 1)
  }
  if (farRatios() !== before || !Number.isFinite(sum(out)))
    out.set(wideAdvantages(layout, reward, value, bootstrapValue, logProb, behaviourLogProb, discount, bounds).map(narrow))
  return out
}

/** The advantages as numbers of any size: where products of ratios leave the range of float64 on the way to one that is in it. */
const wideAdvantages = (
  { count, offsets }: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  logProb: Column<PerStep>,
  behaviourLogProb: Column<PerStep>,
  discount: number,
  { rhoBar, cBar }: VtraceBounds,
): readonly Wide[] => {
  const out: Wide[] = []
  const gamma = wide(discount)
  // In float64 where that is as good: then the bits are those of the quick way.
  const ratio = (log: number, bound: number): Wide => {
    if (withinReach(log)) return wide(Math.min(exponential(log), bound))
    return log > Math.log(bound) ? wide(bound) : wideExponential(log)
  }
  for (let i = 0; i < count; i++) {
    let a = wide(0)
    for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) {
      const log = logProb[k] - behaviourLogProb[k]
      const next = k + 1 < offsets[i + 1] ? value[k + 1] : bootstrapValue[i]
      const delta = wide(reward[k] + discount * next - value[k])
      const trace = times(gamma, a)
      const rho = ratio(log, rhoBar)
      out[k] = times(rho, plus(delta, trace))
      a = plus(times(rho, delta), times(ratio(log, cBar), trace))
    }
  }
  return out
}

/** What a trace below the numbers is at most multiplied by, for the advantage to be below the normal numbers with it. */
const usualBound = 1e6

/** Whether the product of the traces of some successive steps is near the end of the range of float64. */
const mayUnderflow = (
  offsets: Int32Array,
  logProb: Column<PerStep>,
  behaviourLogProb: Column<PerStep>,
  { rhoBar, cBar }: VtraceBounds,
  first: number,
  stop: number,
): boolean => {
  const bound = Math.log(Math.min(rhoBar, cBar))
  for (let i = first; i < stop; i++) {
    // The least sum of logs that ends in this step.
    let least = 0
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      const log = logProb[k] - behaviourLogProb[k]
      least = Math.min(least, 0) + Math.min(log, bound)
      if (!withinReach(least)) return true
    }
  }
  return false
}

/** Advantages of the trajectories first <= i < stop, times a number, written to their places in `out`. */
const writeAdvantages = (
  out: Float64Array,
  layout: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  logProb: Column<PerStep>,
  behaviourLogProb: Column<PerStep>,
  discount: number,
  bounds: VtraceBounds,
  first: number,
  stop: number,
  by: number,
): void => {
  const { offsets } = layout
  // Before the recursion, since exp does not wait for it.
  writeRatios(out, logProb, behaviourLogProb, Math.max(bounds.rhoBar, bounds.cBar), offsets[first], offsets[stop])
  correct(out, offsets, reward, value, bootstrapValue, discount, bounds, first, stop, by)
  // Under usual bounds a product that underflows has no ratio behind it that would bring it back. The cheaper question comes first.
  if (
    Math.max(bounds.rhoBar, bounds.cBar) > usualBound &&
    isTiny(out, offsets[first], offsets[stop]) &&
    mayUnderflow(offsets, logProb, behaviourLogProb, bounds, first, stop)
  )
    countFar()
}

/**
 * Turns the ratios of the trajectories first <= i < stop, which stand in `out`, bounded by the larger of the two bounds, into advantages:
 *
 *     A_t = rho_t (delta_t + gamma a_{t+1}),   a_t = v_t - V_t = rho_t delta_t + gamma c_t a_{t+1},   a_L = 0
 *
 * with delta_t = r_t + gamma V_{t+1} - V_t here. Where the bounds are equal, a_t is A_t.
 */
const correct = (
  out: Float64Array,
  offsets: Int32Array,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  discount: number,
  bounds: VtraceBounds,
  first: number,
  stop: number,
  by: number,
): void => {
  let i = first
  // Four recursions at once, each with the next trajectory that nobody has, as in writeReturnsToGo; here with the usual bounds, which are equal.
  if (stop - first >= 4 && bounds.rhoBar === bounds.cBar) {
    let p = offsets[i]
    let q = offsets[i + 1]
    let r = offsets[i + 2]
    let s = offsets[i + 3]
    let kp = q - 1
    let kq = r - 1
    let kr = s - 1
    let ks = offsets[i + 4] - 1
    let np = bootstrapValue[i]
    let nq = bootstrapValue[i + 1]
    let nr = bootstrapValue[i + 2]
    let ns = bootstrapValue[i + 3]
    let ap = 0
    let aq = 0
    let ar = 0
    let as = 0
    let v = 0
    i += 4
    // Lines of the cache: see gae.
    if (Math.min(kp - p, kq - q, kr - r, ks - s) >= long) {
      aq = finish(out, reward, value, discount, bounds, by, kq - line + 1, kq, nq, 0)
      kq -= line
      nq = value[kq + 1]
      ar = finish(out, reward, value, discount, bounds, by, kr - 2 * line + 1, kr, nr, 0)
      kr -= 2 * line
      nr = value[kr + 1]
      as = finish(out, reward, value, discount, bounds, by, ks - 3 * line + 1, ks, ns, 0)
      ks -= 3 * line
      ns = value[ks + 1]
    }
    for (;;) {
      for (let together = Math.min(kp - p, kq - q, kr - r, ks - s) + 1; together > 0; together--) {
        v = value[kp]
        ap = out[kp] * (reward[kp] + discount * np - v + discount * ap)
        out[kp] = ap * by
        np = v
        kp--
        v = value[kq]
        aq = out[kq] * (reward[kq] + discount * nq - v + discount * aq)
        out[kq] = aq * by
        nq = v
        kq--
        v = value[kr]
        ar = out[kr] * (reward[kr] + discount * nr - v + discount * ar)
        out[kr] = ar * by
        nr = v
        kr--
        v = value[ks]
        as = out[ks] * (reward[ks] + discount * ns - v + discount * as)
        out[ks] = as * by
        ns = v
        ks--
      }
      if (kp < p) {
        if (i === stop) break
        p = offsets[i]
        ap = 0
        np = bootstrapValue[i]
        kp = offsets[++i] - 1
      }
      if (kq < q) {
        if (i === stop) break
        q = offsets[i]
        aq = 0
        nq = bootstrapValue[i]
        kq = offsets[++i] - 1
      }
      if (kr < r) {
        if (i === stop) break
        r = offsets[i]
        ar = 0
        nr = bootstrapValue[i]
        kr = offsets[++i] - 1
      }
      if (ks < s) {
        if (i === stop) break
        s = offsets[i]
        as = 0
        ns = bootstrapValue[i]
        ks = offsets[++i] - 1
      }
    }
    finish(out, reward, value, discount, bounds, by, p, kp, np, ap)
    finish(out, reward, value, discount, bounds, by, q, kq, nq, aq)
    finish(out, reward, value, discount, bounds, by, r, kr, nr, ar)
    finish(out, reward, value, discount, bounds, by, s, ks, ns, as)
  }
  for (; i < stop; i++) finish(out, reward, value, discount, bounds, by, offsets[i], offsets[i + 1] - 1, bootstrapValue[i], 0)
}

/** One recursion, from one step down to another; v - V of that. */
const finish = (
  out: Float64Array,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  discount: number,
  { rhoBar, cBar }: VtraceBounds,
  by: number,
  begin: number,
  last: number,
  after: number,
  correction: number,
): number => {
  let next = after
  let a = correction
  for (let k = last; k >= begin; k--) {
    const ratio = out[k]
    const rho = ratio > rhoBar ? rhoBar : ratio
    const c = ratio > cBar ? cBar : ratio
    const delta = reward[k] + discount * next - value[k]
    const trace = discount * a
    const advantage = rho * (delta + trace)
    out[k] = advantage * by
    a = rhoBar === cBar ? advantage : rho * delta + c * trace
    next = value[k]
  }
  return a
}

/** Options of vtrace. */
export interface VtraceOptions<Rho extends number = number, C extends number = number, E extends Episodes = Episodes> extends VtraceBounds, EpisodesOption<E> {
  readonly rhoBar: Rho
  readonly cBar: C
}

/** Without bounds all values cancel but those at cuts. Infinity has no type of its own: only a literal bound is known to be finite. */
export type VtraceBias<Rho extends number, C extends number, E extends Episodes> =
  | 'state distribution'
  | 'truncation'
  | 'inexact values'
  | (number extends Rho ? (number extends C ? BiasAtCuts<E> : never) : never)

/**
 * Credit each step with its V-trace advantage, which corrects the values for the behaviour policy by ratios of its own.
 *
 *     W_t = gamma^t min(rhoBar, rho_t) (r_t + gamma v_{t+1} - V_t)
 *
 * With both bounds infinite its expectation on complete episodes is sum_t gamma^t E_{s ~ mu} grad pi Q^pi for any V: only the distribution
 * of states stays the behaviour policy's; a trajectory that was cut is continued by its bootstrap value, whatever that is ('inexact
 * values at cuts', unless `episodes: 'complete'`). Finite bounds add 'truncation' and 'inexact values'. Infinity has no type of its own, so
 * that the type has more reasons than there are. Laws: tight, vtrace on policy. Source: Espeholt et al. 2018, IMPALA, section 4.
 *
 * @param options  rhoBar and cBar, > 0, may be Infinity; episodes 'complete', or 'segments' (the default), which may be complete or not
 *
 * @example
 * ```ts
 * import { vtrace } from 'estimand'
 * const whole = vtrace({ rhoBar: Infinity, cBar: Infinity, episodes: 'complete' })
 * whole.reasons.map((r) => r.name) // => ['state distribution']
 * ```
 */
export const vtrace = <const Rho extends number, const C extends number, const E extends Episodes = 'segments'>(
  options: VtraceOptions<Rho, C, E> & Call<'vtrace({ rhoBar: 1, cBar: 1 })'>,
): Weighting<Reward & StateValue & BehaviourLogProb & NeedOf<E>, VtraceBias<Rho, C, E>, 'corrected', 'not centred'> => {
  refuseUnknown('vtrace', options, ['rhoBar', 'cBar', 'episodes'], 'vtrace({ rhoBar: 1, cBar: 1 })')
  const bounds: VtraceBounds = {
    rhoBar: checked('vtrace: rhoBar', options.rhoBar, range.positive),
    cBar: checked('vtrace: cBar', options.cBar, range.positive),
  }
  const over = checkedEpisodes('vtrace', options)
  const weighting = writtenCredit({
    word: 'vtrace',
    argument: { ...bounds, ...over.argument },
    needs: ['Reward', 'StateValue', 'BehaviourLogProb', ...over.needs],
    reasons: [
      reasons['state distribution'],
      ...(bounds.rhoBar === Infinity ? [] : [reasons.truncation]),
      ...(bounds.rhoBar === Infinity && bounds.cBar === Infinity ? over.reasonsAtCuts : [reasons['inexact values']]),
    ],
    outer: 'discount',
    formula: {
      text: `min(${bounds.rhoBar}, rho_t) (r_t + gamma v[${bounds.rhoBar}, ${bounds.cBar}]_{t+1} - V_t)`,
      latex: `\\min(${numberLatex(bounds.rhoBar)}, \\rho_t)\\bigl(r_t + \\gamma v[${numberLatex(bounds.rhoBar)}, ${numberLatex(bounds.cBar)}]_{t+1} - V_t\\bigr)`,
    },
    source: 'Espeholt et al. 2018, IMPALA, section 4',
    write: (batch) => {
      const { reward, value, bootstrapValue, logProb, behaviourLogProb, discount } = batch
      return (to, first, stop, by) =>
        writeAdvantages(to, batch, reward, value, bootstrapValue, logProb, behaviourLogProb, discount, bounds, first, stop, by)
    },
    wide: ({ reward, value, bootstrapValue, logProb, behaviourLogProb, discount, ...layout }) =>
      wideAdvantages(layout, reward, value, bootstrapValue, logProb, behaviourLogProb, discount, bounds),
  })
  const corrected: Plan = { ...(weighting as unknown as Plan), stage: 'corrected' }
  return ours(asWeighting(corrected))
}
