/** log Gamma(a) for a a multiple of 1/2. */
const logGamma = (a: number): number => {
  let x = a
  let log = 0
  while (x > 1) {
    x -= 1
    log += Math.log(x)
  }
  return x === 1 ? log : log + Math.log(Math.PI) / 2
}

/**
 * Probability that a chi-square of so many degrees of freedom exceeds x: 1 - the series of the lower incomplete gamma function where it is
 * small, otherwise the continued fraction of the upper one.
 */
export const chiSquareTail = (x: number, degrees: number): number => {
  const a = degrees / 2
  const z = x / 2
  if (z === 0) return 1
  const scale = Math.exp(a * Math.log(z) - z - logGamma(a))
  if (z < a + 1) {
    let term = 1 / a
    let sum = term
    for (let k = 1; k < 10_000 && term > sum * 1e-16; k++) sum += term *= z / (a + k)
    return 1 - scale * sum
  }
  let b = z + 1 - a
  let c = 1e300
  let d = 1 / b
  let h = d
  for (let k = 1; k < 10_000; k++) {
    const an = -k * (k - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return scale * h
}

/** How surprising counts are under probabilities: cells of fewer than 10 expected are put together. */
export const surprise = (counts: readonly number[], probabilities: readonly number[]): number => {
  const n = counts.reduce((a, b) => a + b, 0)
  const cells = counts.map((count, k) => ({ count, expected: n * probabilities[k] }))
  const [large, small] = [cells.filter(({ expected }) => expected >= 10), cells.filter(({ expected }) => expected < 10)]
  const rest = small.reduce((sum, one) => ({ count: sum.count + one.count, expected: sum.expected + one.expected }), { count: 0, expected: 0 })
  // What cannot happen and did is surprising without end.
  if (rest.expected === 0 && rest.count > 0) return 0
  const all = rest.expected > 0 ? [...large, rest] : large
  if (all.length < 2) return 1
  return chiSquareTail(all.reduce((sum, { count, expected }) => sum + (count - expected) ** 2 / expected, 0), all.length - 1)
}
