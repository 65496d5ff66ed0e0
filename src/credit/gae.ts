import { refuseColumn, refuseLayout } from '../columns/arguments.ts'
import type { Column, PerStep, PerTrajectory } from '../columns/column.ts'
import { line, long } from '../columns/group.ts'
import type { Layout } from '../columns/spread.ts'
import type { Reward, StateValue } from '../trajectories/facts.ts'
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
import { roundingWithValues } from './roundingWithValues.ts'

/**
 * Generalised advantages, backwards in one pass:
 *
 *     delta_t = r_t + gamma V_{t+1} - V_t,   A_t = delta_t + gamma lambda A_{t+1},   A_L = 0
 *
 * V_L is the bootstrap value: that of the successor where the trajectory was cut, 0 where its episode is over.
 * Source: Schulman et al. 2016, eq. 16.
 *
 * @param layout          where trajectories begin and end
 * @param reward          r_t. [sum L_i]
 * @param value           V(s_t, t). [sum L_i]
 * @param bootstrapValue  V_L. [N]
 * @param discount        gamma in [0, 1]
 * @param lambda          lambda in [0, 1]
 * @param into            where to write them; without it, to a fresh array. [sum L_i]
 * @returns               A_t. [sum L_i]
 *
 * @example
 * ```ts
 * import { generalisedAdvantages } from 'estimand'
 * const layout = { count: 1, offsets: Int32Array.of(0, 2) }
 * Array.from(generalisedAdvantages(layout, Float64Array.of(1, 2), Float64Array.of(0, 4), Float64Array.of(0), 0.5, 1)) // => [2, -2]
 * ```
 */
export const generalisedAdvantages = (
  layout: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  discount: number,
  lambda: number,
  into?: Float64Array,
): Float64Array & Column<PerStep> => {
  refuseLayout('generalisedAdvantages', layout)
  refuseColumn('generalisedAdvantages: reward', reward)
  refuseColumn('generalisedAdvantages: value', value)
  refuseColumn('generalisedAdvantages: bootstrapValue', bootstrapValue)
  const out = into ?? new Float64Array(stepCount(layout))
  writeAdvantages(out, layout, reward, value, bootstrapValue, discount, lambda, 0, layout.count, 1)
  return out
}

/** Advantages of the trajectories first <= i < stop, times a number, written to their places in `out`. */
const writeAdvantages = (
  out: Float64Array,
  { offsets }: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  discount: number,
  lambda: number,
  first: number,
  stop: number,
  by: number,
): void => {
  const fade = discount * lambda
  let i = first
  // Four recursions at once, each with the next trajectory that nobody has, as in writeReturnsToGo.
  if (stop - first >= 4) {
    let p = offsets[i]
    let q = offsets[i + 1]
    let r = offsets[i + 2]
    let s = offsets[i + 3]
    let kp = q - 1
    let kq = r - 1
    let kr = s - 1
    let ks = offsets[i + 4] - 1
    let ap = 0
    let aq = 0
    let ar = 0
    let as = 0
    let np = bootstrapValue[i]
    let nq = bootstrapValue[i + 1]
    let nr = bootstrapValue[i + 2]
    let ns = bootstrapValue[i + 3]
    let v = 0
    i += 4
    // Where lengths are powers of two, the four would crowd in the same lines of the cache: each goes some entries ahead of the one before.
    if (Math.min(kp - p, kq - q, kr - r, ks - s) >= long) {
      aq = finish(out, reward, value, discount, fade, by, kq - line + 1, kq, 0, nq)
      kq -= line
      nq = value[kq + 1]
      ar = finish(out, reward, value, discount, fade, by, kr - 2 * line + 1, kr, 0, nr)
      kr -= 2 * line
      nr = value[kr + 1]
      as = finish(out, reward, value, discount, fade, by, ks - 3 * line + 1, ks, 0, ns)
      ks -= 3 * line
      ns = value[ks + 1]
    }
    for (;;) {
      let together = Math.min(kp - p, kq - q, kr - r, ks - s) + 1
      for (; together > 1; together -= 2) {
        v = value[kp]
        ap = reward[kp] + discount * np - v + fade * ap
        out[kp] = ap * by
        np = v
        v = value[kq]
        aq = reward[kq] + discount * nq - v + fade * aq
        out[kq] = aq * by
        nq = v
        v = value[kr]
        ar = reward[kr] + discount * nr - v + fade * ar
        out[kr] = ar * by
        nr = v
        v = value[ks]
        as = reward[ks] + discount * ns - v + fade * as
        out[ks] = as * by
        ns = v
        v = value[kp - 1]
        ap = reward[kp - 1] + discount * np - v + fade * ap
        out[kp - 1] = ap * by
        np = v
        v = value[kq - 1]
        aq = reward[kq - 1] + discount * nq - v + fade * aq
        out[kq - 1] = aq * by
        nq = v
        v = value[kr - 1]
        ar = reward[kr - 1] + discount * nr - v + fade * ar
        out[kr - 1] = ar * by
        nr = v
        v = value[ks - 1]
        as = reward[ks - 1] + discount * ns - v + fade * as
        out[ks - 1] = as * by
        ns = v
        kp -= 2
        kq -= 2
        kr -= 2
        ks -= 2
      }
      if (together === 1) {
        v = value[kp]
        ap = reward[kp] + discount * np - v + fade * ap
        out[kp] = ap * by
        np = v
        v = value[kq]
        aq = reward[kq] + discount * nq - v + fade * aq
        out[kq] = aq * by
        nq = v
        v = value[kr]
        ar = reward[kr] + discount * nr - v + fade * ar
        out[kr] = ar * by
        nr = v
        v = value[ks]
        as = reward[ks] + discount * ns - v + fade * as
        out[ks] = as * by
        ns = v
        kp--
        kq--
        kr--
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
    finish(out, reward, value, discount, fade, by, p, kp, ap, np)
    finish(out, reward, value, discount, fade, by, q, kq, aq, nq)
    finish(out, reward, value, discount, fade, by, r, kr, ar, nr)
    finish(out, reward, value, discount, fade, by, s, ks, as, ns)
  }
  for (; i < stop; i++) finish(out, reward, value, discount, fade, by, offsets[i], offsets[i + 1] - 1, 0, bootstrapValue[i])
}

/** One recursion, from one step down to another; the advantage of that. */
const finish = (
  out: Float64Array,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  discount: number,
  fade: number,
  by: number,
  begin: number,
  last: number,
  advantage: number,
  next: number,
): number => {
  let a = advantage
  let n = next
  for (let k = last; k >= begin; k--) {
    a = reward[k] + discount * n - value[k] + fade * a
    out[k] = a * by
    n = value[k]
  }
  return a
}

/** Options of gae. */
export interface GaeOptions<Lambda extends number = number, E extends Episodes = Episodes> extends EpisodesOption<E> {
  /** lambda in [0, 1]. */
  readonly lambda: Lambda
}

/** At lambda 1 all values cancel but those at cuts; a lambda that no type knows may be 1 or not. */
export type GaeBias<Lambda extends number, E extends Episodes> = Lambda extends 1 ? BiasAtCuts<E> : 1 extends Lambda ? 'inexact values' | BiasAtCuts<E> : 'inexact values'

/**
 * Credit each step with its generalised advantage.
 *
 *     W_t = gamma^t sum_{l >= 0} (gamma lambda)^l delta_{t+l},   delta_t = r_t + gamma V_{t+1} - V_t
 *
 * Unbiased where V(s, t) is exact at each time; 'inexact values' otherwise. At the literal lambda 1 all values cancel but those at cuts: a
 * trajectory that was cut is continued by the value of its successor, whatever that is ('inexact values at cuts'). With
 * `episodes: 'complete'` the batch has to have complete episodes, and at lambda 1 there is no bias for any V. Laws: sound, tight, gae(1).
 * Source: Schulman et al. 2016, eq. 16.
 *
 * @param options  lambda in [0, 1]; episodes 'complete', or 'segments' (the default), which may be complete or not
 *
 * @example
 * ```ts
 * import { gae } from 'estimand'
 * gae({ lambda: 1 }).reasons.map((r) => r.name) // => ['inexact values at cuts']
 * gae({ lambda: 1, episodes: 'complete' }).reasons // => []
 * gae({ lambda: 0.95 }).reasons.map((r) => r.name) // => ['inexact values']
 * ```
 */
export const gae = <const Lambda extends number, const E extends Episodes = 'segments'>(
  options: GaeOptions<Lambda, E> & Call<'gae({ lambda: 0.95 })'>,
): Weighting<Reward & StateValue & NeedOf<E>, GaeBias<Lambda, E>, 'step credit', 'not centred'> => {
  refuseUnknown('gae', options, ['lambda', 'episodes'], 'gae({ lambda: 0.95 })')
  const lambda = checked('gae: lambda', options.lambda, range.unit)
  const over = checkedEpisodes('gae', options)
  const weighting = ours(
    writtenCredit({
      word: 'gae',
      argument: { lambda, ...over.argument },
      needs: ['Reward', 'StateValue', ...over.needs],
      reasons: lambda === 1 ? over.reasonsAtCuts : [reasons['inexact values']],
      outer: 'discount',
      formula: {
        text: `sum_l (gamma ${lambda})^l delta_{t+l}`,
        latex: `\\textstyle\\sum_l (\\gamma \\cdot ${numberLatex(lambda)})^l \\delta_{t+l}`,
      },
      source: 'Schulman et al. 2016, High-dimensional continuous control using GAE, eq. 16',
      write: (batch) => {
        const { reward, value, bootstrapValue, discount } = batch
        return (to, first, stop, by) => writeAdvantages(to, batch, reward, value, bootstrapValue, discount, lambda, first, stop, by)
      },
      rounding: roundingWithValues,
    }),
  )
  // Which needs and reasons the options have is known at run time; the signature says it of literal ones.
  return asWeighting(weighting as unknown as Plan)
}
