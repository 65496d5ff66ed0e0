import { describe, expect, it } from 'vitest'
import { byHand, byPipeline, withWeightsByHand } from '../bench/overhead.ts'
import { seed } from '../seed/seed.ts'

const updates = 6
/** Ten times what is usual, so that ratios and values leave their bounds at once. */
const rate = 2.5e-3

/** The largest difference of two arrays of numbers. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(...Array.from(a, (x, k) => Math.abs(x - b[k])))

describe('PPO by pipeline', () => {
  it('comes to the parameters and the metrics of the same in loops by hand, update by update', () => {
    const [pipeline, hand] = [byPipeline(seed, rate), byHand(seed, rate)]
    let clipped = 0
    for (let update = 0; update < updates; update++) {
      const { entropy, kl, clipFraction, effectiveSampleSize, explainedVariance, gradientNorm } = pipeline.next()
      const metrics = hand.next()
      expect(distance(pipeline.parameters(), hand.parameters)).toBeLessThan(1e-6)
      const expected = { entropy, kl, clipFraction, effectiveSampleSize, explainedVariance: explainedVariance ?? NaN, gradientNorm }
      for (const [name, value] of Object.entries(metrics)) expect(value, name).toBeCloseTo(expected[name as keyof typeof expected], 5)
      clipped += clipFraction
    }
    // Otherwise clipping would not have been compared.
    expect(clipped).toBeGreaterThan(0)
  })

  it('and those of weights by hand', () => {
    const [pipeline, hand] = [byPipeline(seed, rate), withWeightsByHand(seed, rate)]
    for (let update = 0; update < updates; update++) {
      const [{ clipFraction, kl }, other] = [pipeline.next(), hand.next()]
      expect(distance(pipeline.parameters(), hand.parameters())).toBeLessThan(1e-6)
      expect(other.clipFraction).toBe(clipFraction)
      expect(other.kl).toBeCloseTo(kl, 7)
    }
  })

  it('and not to those of another seed', () => {
    const [pipeline, hand] = [byPipeline(seed, rate), byHand(seed + 1, rate)]
    pipeline.next()
    hand.next()
    expect(distance(pipeline.parameters(), hand.parameters)).toBeGreaterThan(1e-3)
  })
})
