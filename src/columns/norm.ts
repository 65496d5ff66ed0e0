/** Numbers that a call takes as arguments of its own without a doubt. */
const atOnce = 1024

/** sqrt(sum_k x_k^2), without overflow on the way, of any count of numbers. */
export const norm = (x: readonly number[]): number => {
  let length = Math.hypot(...x.slice(0, atOnce))
  for (let k = atOnce; k < x.length; k += atOnce) length = Math.hypot(length, ...x.slice(k, k + atOnce))
  return length
}
