import type { Column, PerStep, PerTrajectory } from './column.ts'
import type { Layout } from './spread.ts'

/**
 * Returns to go of the trajectories first <= i < stop, written to their places in `out`.
 *
 * A recursion waits for its own last result; four of them at once keep the processor busy.
 */
export const writeReturnsToGo = (
  out: Float64Array,
  { offsets }: Layout,
  reward: Column<PerStep>,
  discount: number,
  first: number,
  stop: number,
): void => {
  let i = first
  for (; i + 3 < stop; i += 4) {
    const p = offsets[i]
    const q = offsets[i + 1]
    const r = offsets[i + 2]
    const s = offsets[i + 3]
    let kp = q - 1
    let kq = r - 1
    let kr = s - 1
    let ks = offsets[i + 4] - 1
    let gp = 0
    let gq = 0
    let gr = 0
    let gs = 0
    for (let together = Math.min(q - p, r - q, s - r, offsets[i + 4] - s); together > 0; together--) {
      out[kp] = gp = reward[kp] + discount * gp
      out[kq] = gq = reward[kq] + discount * gq
      out[kr] = gr = reward[kr] + discount * gr
      out[ks] = gs = reward[ks] + discount * gs
      kp--
      kq--
      kr--
      ks--
    }
    for (; kp >= p; kp--) out[kp] = gp = reward[kp] + discount * gp
    for (; kq >= q; kq--) out[kq] = gq = reward[kq] + discount * gq
    for (; kr >= r; kr--) out[kr] = gr = reward[kr] + discount * gr
    for (; ks >= s; ks--) out[ks] = gs = reward[ks] + discount * gs
  }
  for (; i < stop; i++) {
    let g = 0
    for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) out[k] = g = reward[k] + discount * g
  }
}

/**
 * Return from each step on, without an outer factor:
 *
 *     G_t = r_t + gamma G_{t+1},   G_L = 0
 *
 * Source: Sutton and Barto 2018, eq. 3.9.
 *
 * @param layout    where trajectories begin and end
 * @param reward    r_t. [sum L_i]
 * @param discount  gamma in [0, 1]
 * @returns         G_t. [sum L_i]
 *
 * @example
 * ```ts
 * import { returnsToGo } from 'estimand'
 * Array.from(returnsToGo({ count: 1, offsets: Int32Array.of(0, 3) }, Float64Array.of(1, 2, 4), 0.5)) // => [3, 4, 4]
 * ```
 */
export const returnsToGo = (layout: Layout, reward: Column<PerStep>, discount: number): Float64Array & Column<PerStep> => {
  const out = new Float64Array(layout.offsets[layout.count])
  writeReturnsToGo(out, layout, reward, discount, 0, layout.count)
  return out
}

/**
 * Return of each whole trajectory: R = sum_t gamma^t r_t.
 *
 * @param layout    where trajectories begin and end
 * @param reward    r_t. [sum L_i]
 * @param discount  gamma in [0, 1]
 * @returns         R. [N]
 *
 * @example
 * ```ts
 * import { wholeReturns } from 'estimand'
 * Array.from(wholeReturns({ count: 2, offsets: Int32Array.of(0, 2, 3) }, Float64Array.of(1, 2, 4), 0.5)) // => [2, 4]
 * ```
 */
export const wholeReturns = (layout: Layout, reward: Column<PerStep>, discount: number): Float64Array & Column<PerTrajectory> => {
  const { count, offsets } = layout
  const out = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let g = 0
    for (let k = offsets[i + 1] - 1; k >= offsets[i]; k--) g = reward[k] + discount * g
    out[i] = g
  }
  return out
}
