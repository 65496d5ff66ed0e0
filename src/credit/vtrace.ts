import type { Column, PerStep, PerTrajectory } from '../columns/column.ts'
import { keepOut, takeColumn } from '../columns/scratch.ts'
import type { Layout } from '../columns/spread.ts'
import type { BehaviourLogProb, Reward, StateValue } from '../trajectories/facts.ts'
import { checked, range } from '../weighting/options.ts'
import { reasons } from '../weighting/reason.ts'
import type { Plan, Weighting } from '../weighting/weighting.ts'
import { asWeighting } from '../weighting/weighting.ts'
import { stepCredit } from './credit.ts'

/** The bounds of V-trace's two ratios; Infinity leaves a ratio as it is. */
export interface VtraceOptions {
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
  bounds: VtraceOptions,
): Float64Array & Column<PerStep> =>
  keepOut(advantages(layout, reward, value, bootstrapValue, logProb, behaviourLogProb, discount, bounds))

const advantages = (
  layout: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  logProb: Column<PerStep>,
  behaviourLogProb: Column<PerStep>,
  discount: number,
  { rhoBar, cBar }: VtraceOptions,
): Float64Array => {
  const { count, offsets } = layout
  const out = takeColumn(offsets[count])
  // A pass of its own, since exp does not wait for the recursion.
  for (let k = 0; k < out.length; k++) out[k] = Math.exp(logProb[k] - behaviourLogProb[k])
  for (let i = 0; i < count; i++) {
    let next = bootstrapValue[i]
    let corrected = next
    for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) {
      const ratio = out[k]
      const rho = ratio < rhoBar ? ratio : rhoBar
      const c = ratio < cBar ? ratio : cBar
      const v = value[k]
      out[k] = rho * (reward[k] + discount * corrected - v)
      corrected = v + rho * (reward[k] + discount * next - v) + discount * c * (corrected - next)
      next = v
    }
  }
  return out
}

const bound = (x: number): string => (x === Infinity ? '\\infty' : String(x))

/**
 * Credit each step with its V-trace advantage, which corrects the values for the behaviour policy by ratios of its own.
 *
 *     W_t = gamma^t min(rhoBar, rho_t) (r_t + gamma v_{t+1} - V_t)
 *
 * With both bounds infinite its expectation is sum_t gamma^t E_{s ~ mu} grad pi Q^pi for any V: only the distribution of
 * states stays the behaviour policy's. Finite bounds add 'truncation' and 'inexact values'. Laws: tight, vtrace on policy.
 * Source: Espeholt et al. 2018, IMPALA, section 4.
 *
 * @param options  rhoBar and cBar, > 0, may be Infinity
 *
 * @example
 * ```ts
 * import { vtrace } from 'estimand'
 * vtrace({ rhoBar: Infinity, cBar: Infinity }).reasons.map((r) => r.name) // => ['state distribution']
 * ```
 */
export const vtrace = (
  options: VtraceOptions,
): Weighting<Reward & StateValue & BehaviourLogProb, 'state distribution' | 'truncation' | 'inexact values', 'corrected', 'not centred'> => {
  const bounds: VtraceOptions = {
    rhoBar: checked('vtrace: rhoBar', options.rhoBar, range.positive),
    cBar: checked('vtrace: cBar', options.cBar, range.positive),
  }
  const weighting = stepCredit({
    word: 'vtrace',
    argument: bounds,
    needs: ['Reward', 'StateValue', 'BehaviourLogProb'],
    reasons: [
      reasons['state distribution'],
      ...(bounds.rhoBar === Infinity ? [] : [reasons.truncation]),
      ...(bounds.rhoBar === Infinity && bounds.cBar === Infinity ? [] : [reasons['inexact values']]),
    ],
    outer: 'discount',
    formula: {
      text: `min(${bounds.rhoBar}, rho_t) (r_t + gamma v_{t+1} - V_t)`,
      latex: `\\min(${bound(bounds.rhoBar)}, \\rho_t)\\bigl(r_t + \\gamma v_{t+1} - V_t\\bigr)`,
    },
    source: 'Espeholt et al. 2018, IMPALA, section 4',
    column: (batch) =>
      advantages(batch, batch.reward, batch.value, batch.bootstrapValue, batch.logProb, batch.behaviourLogProb, batch.discount, bounds),
  })
  const corrected: Plan = { ...(weighting as unknown as Plan), stage: 'corrected' }
  return asWeighting(corrected)
}
