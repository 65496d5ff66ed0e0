import { refuseColumn, refuseLayout } from '../columns/arguments.ts'
import type { Column, PerStep, PerTrajectory } from '../columns/column.ts'
import type { Layout } from '../columns/spread.ts'
import type { Reward, StateValue } from '../trajectories/facts.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { checked, range } from '../weighting/options.ts'
import { ours } from '../weighting/ours.ts'
import { reasons } from '../weighting/reason.ts'
import type { Call } from '../weighting/step.ts'
import type { Weighting } from '../weighting/weighting.ts'
import { stepCredit } from './credit.ts'
import { roundingWithValues } from './roundingWithValues.ts'

/**
 * n-step advantages:
 *
 *     A_t = sum_{l < n} gamma^l r_{t+l} + gamma^n V_{t+n} - V_t
 *
 * A sum that reaches the end stops there, with the bootstrap value of a trajectory that was cut.
 * Source: Sutton and Barto 2018, eq. 7.1.
 *
 * @param layout          where trajectories begin and end
 * @param reward          r_t. [sum L_i]
 * @param value           V(s_t, t). [sum L_i]
 * @param bootstrapValue  V of the successor, 0 where the episode is over. [N]
 * @param discount        gamma in [0, 1]
 * @param n               how many rewards, >= 1
 * @returns               A_t. [sum L_i]
 *
 * @example
 * ```ts
 * import { nStepAdvantages } from 'estimand'
 * const layout = { count: 1, offsets: Int32Array.of(0, 2) }
 * Array.from(nStepAdvantages(layout, Float64Array.of(1, 2), Float64Array.of(0, 4), Float64Array.of(0), 0.5, 1)) // => [3, -2]
 * ```
 */
export const nStepAdvantages = (
  layout: Layout,
  reward: Column<PerStep>,
  value: Column<PerStep>,
  bootstrapValue: Column<PerTrajectory>,
  discount: number,
  n: number,
): Float64Array & Column<PerStep> => {
  refuseLayout('nStepAdvantages', layout)
  refuseColumn('nStepAdvantages: reward', reward)
  refuseColumn('nStepAdvantages: value', value)
  refuseColumn('nStepAdvantages: bootstrapValue', bootstrapValue)
  const { count, offsets } = layout
  const out = new Float64Array(offsets[count])
  for (let i = 0; i < count; i++) {
    const end = offsets[i + 1]
    for (let k = offsets[i]; k < end; k++) {
      const stop = Math.min(k + n, end)
      let sum = stop < end ? value[stop] : bootstrapValue[i]
      for (let u = stop - 1; u >= k; u--) sum = reward[u] + discount * sum
      out[k] = sum - value[k]
    }
  }
  return out
}

/**
 * Credit each step with its n-step advantage.
 *
 *     W_t = gamma^t (sum_{l < n} gamma^l r_{t+l} + gamma^n V_{t+n} - V_t)
 *
 * Unbiased for n >= T, and for every n where V(s, t) is exact at each time; 'inexact values' otherwise. n = 1 is gae with
 * lambda = 0. Laws: sound (exact values), tight, nStep(T). Source: Sutton and Barto 2018, eq. 7.1; Mnih et al. 2016, A3C.
 *
 * @param options  n, an integer >= 1
 *
 * @example
 * ```ts
 * import { nStep } from 'estimand'
 * nStep({ n: 5 }).needs // => ['Reward', 'StateValue']
 * ```
 */
export const nStep = (options: { readonly n: number } & Call<'nStep({ n: 5 })'>): Weighting<Reward & StateValue, 'inexact values', 'step credit', 'not centred'> => {
  refuseUnknown('nStep', options, ['n'], 'nStep({ n: 5 })')
  const n = checked('nStep: n', options.n, range.count)
  return ours(stepCredit({
    word: 'nStep',
    argument: { n },
    needs: ['Reward', 'StateValue'],
    reasons: [reasons['inexact values']],
    outer: 'discount',
    formula: {
      // The sum of rewards and the value after them, with what happens at an end in it.
      text: `sum_{l<${n}} gamma^l delta_{t+l}`,
      latex: `\\textstyle\\sum_{l<${n}} \\gamma^l \\delta_{t+l}`,
    },
    source: 'Sutton and Barto 2018, Reinforcement learning, eq. 7.1',
    column: (batch) => nStepAdvantages(batch, batch.reward, batch.value, batch.bootstrapValue, batch.discount, n),
    rounding: roundingWithValues,
  }))
}
