import type { Column, PerStep, PerTrajectory } from '../columns/column.ts'
import { keepOut, takeColumn } from '../columns/scratch.ts'
import type { Layout } from '../columns/spread.ts'
import type { Reward, StateValue } from '../trajectories/facts.ts'
import { numberLatex } from '../weighting/formula.ts'
import { checked, range } from '../weighting/options.ts'
import { reasons, reasonUnless } from '../weighting/reason.ts'
import type { Weighting } from '../weighting/weighting.ts'
import { stepCredit } from './credit.ts'

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
): Float64Array & Column<PerStep> => keepOut(advantages(layout, reward, value, bootstrapValue, discount, lambda))

const advantages = (
  layout: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  discount: number,
  lambda: number,
): Float64Array => {
  const { count, offsets } = layout
  const out = takeColumn(offsets[count])
  const fade = discount * lambda
  let i = 0
  // Four recursions at once, as in returnsToGo: each waits for its own last result.
  for (; i + 3 < count; i += 4) {
    const p = offsets[i]
    const q = offsets[i + 1]
    const r = offsets[i + 2]
    const s = offsets[i + 3]
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
    for (let together = Math.min(q - p, r - q, s - r, offsets[i + 4] - s); together > 0; together--) {
      v = value[kp]
      out[kp] = ap = reward[kp] + discount * np - v + fade * ap
      np = v
      v = value[kq]
      out[kq] = aq = reward[kq] + discount * nq - v + fade * aq
      nq = v
      v = value[kr]
      out[kr] = ar = reward[kr] + discount * nr - v + fade * ar
      nr = v
      v = value[ks]
      out[ks] = as = reward[ks] + discount * ns - v + fade * as
      ns = v
      kp--
      kq--
      kr--
      ks--
    }
    finish(out, reward, value, discount, fade, p, kp, ap, np)
    finish(out, reward, value, discount, fade, q, kq, aq, nq)
    finish(out, reward, value, discount, fade, r, kr, ar, nr)
    finish(out, reward, value, discount, fade, s, ks, as, ns)
  }
  for (; i < count; i++) finish(out, reward, value, discount, fade, offsets[i], offsets[i + 1] - 1, 0, bootstrapValue[i])
  return out
}

const finish = (
  out: Float64Array,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  discount: number,
  fade: number,
  begin: number,
  last: number,
  advantage: number,
  next: number,
): void => {
  let a = advantage
  let n = next
  for (let k = last; k >= begin; k--) {
    out[k] = a = reward[k] + discount * n - value[k] + fade * a
    n = value[k]
  }
}

/**
 * Credit each step with its generalised advantage.
 *
 *     W_t = gamma^t sum_{l >= 0} (gamma lambda)^l delta_{t+l},   delta_t = r_t + gamma V_{t+1} - V_t
 *
 * On complete episodes unbiased for every V at lambda = 1, and for every lambda where V(s, t) is exact at each time; 'inexact values'
 * otherwise. Trajectories may be segments: one that was cut is continued by the value of its successor, which then must be exact too. Laws: sound, tight, gae(1).
 * Source: Schulman et al. 2016, eq. 16.
 *
 * @param options  lambda in [0, 1]
 *
 * @example
 * ```ts
 * import { gae } from 'estimand'
 * gae({ lambda: 1 }).reasons // => []
 * gae({ lambda: 0.95 }).reasons.map((r) => r.name) // => ['inexact values']
 * ```
 */
export const gae = <const Lambda extends number>(options: {
  readonly lambda: Lambda
}): Weighting<Reward & StateValue, Lambda extends 1 ? never : 'inexact values', 'step credit', 'not centred'> => {
  const lambda = checked('gae: lambda', options.lambda, range.unit)
  return stepCredit({
    word: 'gae',
    argument: { lambda },
    needs: ['Reward', 'StateValue'],
    reasons: reasonUnless(options.lambda, 1, reasons['inexact values']),
    outer: 'discount',
    formula: {
      text: `sum_l (gamma ${lambda})^l delta_{t+l}`,
      latex: `\\textstyle\\sum_l (\\gamma \\cdot ${numberLatex(lambda)})^l \\delta_{t+l}`,
    },
    source: 'Schulman et al. 2016, High-dimensional continuous control using GAE, eq. 16',
    column: (batch) => advantages(batch, batch.reward, batch.value, batch.bootstrapValue, batch.discount, lambda),
  })
}
