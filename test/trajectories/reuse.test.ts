import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { causality, clip, estimate, fromSteps, importance, meanOverTrajectories, perStep, reduce, reuse, terminated, totalReturn } from 'estimand'
import { describe, expect, it } from 'vitest'
import { must, text, thrown } from '../estimator/outcome.ts'

const batch = must(
  fromSteps({
    discount: 1,
    provenance: 'on-policy',
    episodes: 'complete',
    version: 3,
    trajectories: [
      { reward: [1, 2], behaviourLogProb: [-1, -1], end: terminated },
      { reward: [4], behaviourLogProb: [-1], end: terminated },
    ],
  }),
)
const mean = reduce(meanOverTrajectories)

describe('reuse', () => {
  it('takes the current log-probs, and is off-policy from then on', () => {
    const again = must(reuse({ logProb: [-1, -0.5, -2], version: 4 })(batch))
    expect(Array.from(again.logProb)).toEqual([-1, -0.5, -2])
    expect(Array.from(again.behaviourLogProb)).toEqual([-1, -1, -1])
    expect([again.version, again.currentVersion]).toEqual([3, 4])
    expect(again.provenance).toBe('off-policy: add importance(...) to the pipeline, or sample again')
    // The batch it was made of is as it was.
    expect(Array.from(batch.logProb)).toEqual([-1, -1, -1])
    expect([batch.currentVersion, batch.provenance]).toEqual([3, 'on-policy'])
  })
  it('what is given is copied', () => {
    const logProb = Float64Array.of(-1, -2, -3)
    const again = must(reuse({ logProb, version: 4 })(batch))
    logProb[0] = 0
    expect(again.logProb[0]).toBe(-1)
  })
  it('twice: the ratio stays against the policy that sampled', () => {
    const twice = must(pipe(reuse({ logProb: [-1, -1, -1], version: 4 })(batch), E.chain(reuse({ logProb: [-2, -1, 0], version: 5 }))))
    // G = (3, 2), (4); ratios e^-1, 1, e; over N = 2
    const weights = estimate(pipe(totalReturn, causality, importance(perStep), mean))(twice)
    for (const [k, w] of [(3 * Math.exp(-1)) / 2, 1, (4 * Math.E) / 2].entries()) expect(weights[k]).toBeCloseTo(w, 12)
    expect(twice.currentVersion).toBe(5)
  })
  it('an estimator without importance refuses it, at run time too', () => {
    const again = must(reuse({ logProb: [-1, -1, -1], version: 4 })(batch))
    // @ts-expect-error off-policy: add importance(...) to the pipeline, or sample again
    const weigh = () => estimate(pipe(totalReturn, mean))(again)
    expect(thrown(weigh)).toBe('NeedsNotMet: estimate: off-policy: add importance(...) to the pipeline, or sample again')
    expect(thrown(() => estimate(pipe(totalReturn, importance(perStep), clip({ epsilon: 0.2 }), mean))(again))).toBe('nothing')
  })
  it('a batch without behaviour log-probs is not taken', () => {
    const bare = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }] }))
    // @ts-expect-error the batch does not know the log-probs at which it was sampled
    const again = () => reuse({ logProb: [-1], version: 1 })(bare)
    expect(thrown(again)).toBe('nothing')
  })
  for (const [now, problem] of [
    [{ logProb: [-1], version: 4 }, 'logProb: expected 3 entries, one per step, got 1'],
    [{ logProb: [], version: 4 }, 'logProb: expected 3 entries, one per step, got 0'],
    [{ logProb: [-1, -1, -1, -1], version: 4 }, 'logProb: expected 3 entries, one per step, got 4'],
    [{ logProb: [-1, NaN, Infinity], version: 4 }, 'logProb[1]: expected a finite number, got NaN\nlogProb[2]: expected a finite number, got Infinity'],
    [{ logProb: [-1, null, -1], version: 4 }, 'logProb[1]: expected a finite number, got null'],
    [{ logProb: [-1, '-1', -1], version: 4 }, 'logProb[1]: expected a finite number, got'],
    [{ logProb: [-1, -1, -1], version: NaN }, 'version: expected an integer, got NaN'],
    [{ logProb: [-1, -1, -1], version: '4' }, 'version: expected an integer, got'],
    [{ logProb: [-1, -1, -1] }, 'version: expected an integer, got undefined'],
  ] as const)
    it(problem, () => expect(text(reuse(now as never)(batch))).toContain(problem))
  it('no log-probs at all are a problem, nothing thrown', () => {
    for (const logProb of [null, undefined, 5, 'ab']) expect(thrown(() => text(reuse({ logProb, version: 4 } as never)(batch)))).toBe('nothing')
  })
})
