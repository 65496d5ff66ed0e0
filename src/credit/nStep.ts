import { refuseColumn, refuseLayout } from '../columns/arguments.ts'
import type { Column, PerStep, PerTrajectory } from '../columns/column.ts'
import type { Layout } from '../columns/spread.ts'
import { longest } from '../trajectories/trajectories.ts'
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
  checked('nStepAdvantages: n', n, range.count)
  const { count, offsets } = layout
  const out = new Float64Array(offsets[count])
  const power = powers(discount, n < longest(layout) ? n : 0)
  for (let i = 0; i < count; i++) {
    const begin = offsets[i]
    const end = offsets[i + 1]
    // The last n sums reach the end: one recursion.
    const last = Math.max(end - n, begin)
    let sum = bootstrapValue[i]
    for (let k = end - 1; k >= last; k--) {
      sum = reward[k] + discount * sum
      out[k] = sum - value[k]
    }
    if (n < fewTerms) termByTerm(out, reward, value, discount, n, begin, last)
    else inBlocks(out, reward, value, power, n, begin, last)
  }
  return out
}

/** Below it, adding the terms of each sum is quicker than sharing them among sums. */
const fewTerms = 5

/** Advantages of the steps begin <= k < last, whose sums end before the trajectory does. */
const termByTerm = (out: Float64Array, reward: Column<PerStep>, value: Column<PerStep>, discount: number, n: number, begin: number, last: number): void => {
  for (let k = begin; k < last; k++) {
    let sum = value[k + n]
    for (let u = k + n - 1; u >= k; u--) sum = reward[u] + discount * sum
    out[k] = sum - value[k]
  }
}

/**
 * The same in a time that does not grow with n. A sum goes over at most one boundary between blocks of n steps: what is before it comes from a
 * recursion back from there, what is behind it from a sum on from there. Nothing is subtracted again, so that nothing cancels.
 */
const inBlocks = (out: Float64Array, reward: Column<PerStep>, value: Column<PerStep>, power: Float64Array, n: number, begin: number, last: number): void => {
  for (let block = begin; block < last; block += n) {
    const stop = Math.min(block + n, last)
    let before = 0
    for (let k = block + n - 1; k >= block; k--) {
      before = reward[k] + power[1] * before
      if (k < stop) out[k] = before
    }
    let behind = 0
    for (let k = block; k < stop; k++) {
      const far = k - block
      out[k] += power[n - far] * (behind + power[far] * value[k + n]) - value[k]
      behind += power[far] * reward[k + n]
    }
  }
}

/** gamma^k for 0 <= k <= n. */
const powers = (discount: number, n: number): Float64Array => Float64Array.from({ length: n + 1 }, (_, k) => discount ** k)

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
