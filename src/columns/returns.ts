import { refuseColumn, refuseLayout } from './arguments.ts'
import type { Column, PerStep, PerTrajectory } from './column.ts'
import type { Layout } from './spread.ts'

/** The rest of one recursion, from step k down to the first. */
const finish = (out: Float64Array, reward: Column<PerStep>, discount: number, by: number, begin: number, last: number, after: number): void => {
  let g = after
  for (let k = last; k >= begin; k--) {
    g = reward[k] + discount * g
    out[k] = g * by
  }
}

/**
 * Returns to go of the trajectories first <= i < stop, times a number, written to their places in `out`.
 *
 * A recursion waits for its own last result; four of them at once keep the processor busy. Each works through one trajectory and then
 * takes the next that nobody has, so that short ones do not wait for long ones.
 */
export const writeReturnsToGo = (
  out: Float64Array,
  { offsets }: Layout,
  reward: Column<PerStep>,
  discount: number,
  first: number,
  stop: number,
  by: number,
): void => {
  let i = first
  if (stop - first >= 4) {
    let p = offsets[i]
    let q = offsets[i + 1]
    let r = offsets[i + 2]
    let s = offsets[i + 3]
    let kp = q - 1
    let kq = r - 1
    let kr = s - 1
    let ks = offsets[i + 4] - 1
    let gp = 0
    let gq = 0
    let gr = 0
    let gs = 0
    i += 4
    for (;;) {
      let together = Math.min(kp - p, kq - q, kr - r, ks - s) + 1
      for (; together > 1; together -= 2) {
        gp = reward[kp] + discount * gp
        out[kp] = gp * by
        gq = reward[kq] + discount * gq
        out[kq] = gq * by
        gr = reward[kr] + discount * gr
        out[kr] = gr * by
        gs = reward[ks] + discount * gs
        out[ks] = gs * by
        gp = reward[kp - 1] + discount * gp
        out[kp - 1] = gp * by
        gq = reward[kq - 1] + discount * gq
        out[kq - 1] = gq * by
        gr = reward[kr - 1] + discount * gr
        out[kr - 1] = gr * by
        gs = reward[ks - 1] + discount * gs
        out[ks - 1] = gs * by
        kp -= 2
        kq -= 2
        kr -= 2
        ks -= 2
      }
      if (together === 1) {
        gp = reward[kp] + discount * gp
        out[kp] = gp * by
        gq = reward[kq] + discount * gq
        out[kq] = gq * by
        gr = reward[kr] + discount * gr
        out[kr] = gr * by
        gs = reward[ks] + discount * gs
        out[ks] = gs * by
        kp--
        kq--
        kr--
        ks--
      }
      if (kp < p) {
        if (i === stop) break
        p = offsets[i]
        kp = offsets[++i] - 1
        gp = 0
      }
      if (kq < q) {
        if (i === stop) break
        q = offsets[i]
        kq = offsets[++i] - 1
        gq = 0
      }
      if (kr < r) {
        if (i === stop) break
        r = offsets[i]
        kr = offsets[++i] - 1
        gr = 0
      }
      if (ks < s) {
        if (i === stop) break
        s = offsets[i]
        ks = offsets[++i] - 1
        gs = 0
      }
    }
    finish(out, reward, discount, by, p, kp, gp)
    finish(out, reward, discount, by, q, kq, gq)
    finish(out, reward, discount, by, r, kr, gr)
    finish(out, reward, discount, by, s, ks, gs)
  }
  for (; i < stop; i++) finish(out, reward, discount, by, offsets[i], offsets[i + 1] - 1, 0)
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
 * @param into      where to write them; without it, to a fresh array. [sum L_i]
 * @returns         G_t. [sum L_i]
 *
 * @example
 * ```ts
 * import { returnsToGo } from 'estimand'
 * Array.from(returnsToGo({ count: 1, offsets: Int32Array.of(0, 3) }, Float64Array.of(1, 2, 4), 0.5)) // => [3, 4, 4]
 * ```
 */
export const returnsToGo = (layout: Layout, reward: Column<PerStep>, discount: number, into?: Float64Array): Float64Array & Column<PerStep> => {
  refuseLayout('returnsToGo', layout)
  refuseColumn('returnsToGo: reward', reward)
  const out = into ?? new Float64Array(layout.offsets[layout.count])
  writeReturnsToGo(out, layout, reward, discount, 0, layout.count, 1)
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
  refuseLayout('wholeReturns', layout)
  refuseColumn('wholeReturns: reward', reward)
  const { count, offsets } = layout
  const out = new Float64Array(count)
  let i = 0
  for (; i + 3 < count; i += 4) {
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
      gp = reward[kp--] + discount * gp
      gq = reward[kq--] + discount * gq
      gr = reward[kr--] + discount * gr
      gs = reward[ks--] + discount * gs
    }
    out[i] = total(reward, discount, p, kp, gp)
    out[i + 1] = total(reward, discount, q, kq, gq)
    out[i + 2] = total(reward, discount, r, kr, gr)
    out[i + 3] = total(reward, discount, s, ks, gs)
  }
  for (; i < count; i++) out[i] = total(reward, discount, offsets[i], offsets[i + 1] - 1, 0)
  return out
}

/** The end of one recursion, from step k down to the first. */
const total = (reward: Column<PerStep>, discount: number, begin: number, last: number, after: number): number => {
  let g = after
  for (let k = last; k >= begin; k--) g = reward[k] + discount * g
  return g
}
