import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import {
  baseline,
  batchMean,
  batchStd,
  causality,
  clip,
  constantLength,
  constantPerTime,
  dropOuterDiscount,
  estimate,
  estimateInto,
  fromSteps,
  gae,
  importance,
  leaveOneOut,
  meanOverTrajectories,
  mix,
  normalise,
  nStep,
  perDecision,
  perStep,
  perTrajectory,
  plus,
  prepare,
  reduce,
  registry,
  scale,
  selfNormalise,
  terminated,
  timeLimit,
  totalReturn,
  truncate,
  truncated,
  vtrace,
  whitenSteps,
} from 'estimand'
import type { AllFacts, Trajectories } from 'estimand'
import { describe, expect, it } from 'vitest'
import { gap } from '../vectors/setting.ts'

const mean = reduce(meanOverTrajectories)
const toGo = pipe(totalReturn, causality)
const must = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}
/** Rewards (1, 2) and (4), ratios (2, 3) and (1/2), discount 1/2. */
const off = must(
  fromSteps({
    discount: 0.5,
    provenance: 'off-policy',
    episodes: 'complete',
    actions: 'continuous',
    trajectories: [
      { reward: [1, 2], logProb: [Math.log(2), Math.log(3)], behaviourLogProb: [0, 0], end: terminated },
      { reward: [4], logProb: [Math.log(0.5)], behaviourLogProb: [0], end: timeLimit },
    ],
  }),
)
const on = must(
  fromSteps({
    discount: 0.5,
    provenance: 'on-policy',
    episodes: 'complete',
    trajectories: [
      { reward: [1, 2], end: terminated },
      { reward: [4], end: timeLimit },
    ],
  }),
)

describe('weights by hand', () => {
  it('per decision after a dropped outer discount', () => {
    // step 0: rho_0 r_0 + 1/2 rho_{0:1} r_1 = 2 + 1/2 6 2 = 8; step 1: rho_{0:1} r_1 = 12; the other: 1/2 4 = 2. Over N = 2.
    const e = pipe(toGo, dropOuterDiscount, importance(perDecision), mean)
    expect(gap(estimate(e)(off), [4, 6, 1])).toBeLessThan(1e-12)
  })
  it('per decision with leave-one-out inside', () => {
    // G = (2, 2), (4); others alive: step 0: 4 and 2, step 1: nobody, 0. W = rho_{0:u} sums - rho_{0:t} gamma^t b.
    const e = pipe(toGo, baseline(leaveOneOut), importance(perDecision), mean)
    expect(gap(estimate(e)(off), [(8 - 2 * 4) / 2, (6 * 0.5 * 2) / 2, (2 - 0.5 * 2) / 2])).toBeLessThan(1e-12)
  })
  it('leave-one-out of one trajectory is plain REINFORCE', () => {
    const one = must(fromSteps({ discount: 0.5, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], end: terminated }] }))
    expect(Array.from(estimate(pipe(toGo, baseline(leaveOneOut), mean))(one))).toEqual([2, 1])
    expect(Array.from(estimate(pipe(totalReturn, baseline(leaveOneOut), mean))(one))).toEqual([2, 2])
  })
  it('leave-one-out with ended trajectories left out, or counted as 0', () => {
    expect(Array.from(estimate(pipe(toGo, baseline(leaveOneOut), mean))(on))).toEqual([(2 - 4) / 2, (0.5 * 2) / 2, (4 - 2) / 2])
    expect(Array.from(estimate(pipe(toGo, baseline(batchMean({ ended: 'zero' })), mean))(on))).toEqual([(2 - 3) / 2, (0.5 * (2 - 1)) / 2, (4 - 3) / 2])
  })
  it('a constant before leave-one-out does not change what the others are', () => {
    const a = estimate(pipe(toGo, baseline(leaveOneOut), mean))(on)
    const b = estimate(pipe(toGo, baseline(constantPerTime([1, 1])), baseline(leaveOneOut), mean))(on)
    expect(gap(a.map((w, k) => w - [1, 0.5, 1][k] / 2), b)).toBeLessThan(1e-12)
  })
  it('equal returns normalised with epsilon 0 are 0, not NaN', () => {
    const same = must(fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: terminated }, { reward: [1], end: terminated }] }))
    expect(Array.from(estimate(pipe(totalReturn, normalise(batchStd({ ddof: 0, epsilon: 0 })), mean))(same))).toEqual([0, 0])
    expect(Array.from(estimate(pipe(toGo, normalise(whitenSteps({ ddof: 1, epsilon: 0 })), mean))(same))).toEqual([0, 0])
  })
  it('segments: outer discount by the time in the episode, the successor’s value at a cut', () => {
    const segment = must(
      fromSteps({
        discount: 0.5,
        provenance: 'on-policy',
        episodes: 'segments',
        trajectories: [{ reward: [1, 2], value: [4, 8], behaviourLogProb: [-1, -1], startTime: 2, end: truncated({ value: 16 }) }],
      }),
    )
    // delta_1 = 2 + 8 - 8 = 2, delta_0 = 1 + 4 - 4 = 1; gamma^2 = 1/4, gamma^3 = 1/8.
    expect(Array.from(estimate(pipe(gae({ lambda: 0.5 }), mean))(segment))).toEqual([(1 + 0.25 * 2) / 4, 2 / 8])
    expect(Array.from(estimate(pipe(nStep({ n: 5 }), mean))(segment))).toEqual([(1 + 1 + 4 - 4) / 4, (2 + 8 - 8) / 8])
    expect(Array.from(estimate(pipe(vtrace({ rhoBar: 1, cBar: 1 }), mean))(segment))).toEqual([(1 + 0.5 * 10 - 4) / 4, 2 / 8])
  })
  it('ties of the clip are kept', () => {
    const tie = { ...off, logProb: Float64Array.from([Math.log(1.25), Math.log(3), Math.log(0.5)]) }
    const high = Math.exp(Math.log(1.25)) - 1
    expect(estimate(pipe(toGo, importance(perStep), clip({ epsilon: high }), mean))(tie)[0]).toBeGreaterThan(0)
  })
})

describe('at run time, what no compiler was there to refuse', () => {
  const thrown = (f: () => unknown): string => {
    try {
      f()
      return 'nothing'
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : 'something else'
    }
  }
  const any = on as unknown as Trajectories<AllFacts>
  it('a missing fact', () => {
    expect(thrown(() => estimate(pipe(gae({ lambda: 1 }), mean))(any))).toBe(
      'NeedsNotMet: estimate: the batch lacks StateValue (value, bootstrapValue); give value to fromSteps, and a value to each truncated end',
    )
  })
  it('off-policy data', () =>
    expect(thrown(() => estimate(pipe(toGo, mean))(off as never))).toBe('NeedsNotMet: estimate: off-policy: add importance(...) to the pipeline, or sample again'))
  it('parameters that have moved', () =>
    expect(thrown(() => estimate(pipe(toGo, mean))({ ...on, currentVersion: 3 }))).toBe(
      'NeedsNotMet: estimate: the batch was sampled by version 0 of the parameters, which are now at version 3; add importance(...) to the pipeline, or sample again',
    ))
  it('columns that do not fit the offsets', () =>
    expect(thrown(() => estimate(pipe(toGo, mean))({ ...on, reward: Float64Array.of(1) }))).toBe(
      'NeedsNotMet: estimate: reward has 1 entries in a batch of 2 trajectories and 3 steps; make batches with fromSteps or fromColumns',
    ))
  it('no trajectory', () =>
    expect(thrown(() => estimate(pipe(toGo, mean))({ ...on, count: 0 }))).toContain('the batch holds no trajectory; sample at least one'))
  it('a ratio that overflows', () => {
    const far = { ...off, logProb: Float64Array.of(0, 800, 0) }
    expect(thrown(() => estimate(pipe(toGo, importance(perStep), mean))(far))).toContain('weight of trajectory 0, step 1: expected a finite number, got Infinity')
    expect(Array.from(estimate(pipe(toGo, importance(perStep), truncate({ at: 2 }), mean))(far))).toEqual([1, 1, 2])
  })
  it('ratios that are all 0', () => {
    const gone = { ...off, logProb: Float64Array.of(-Infinity, 0, -Infinity) }
    expect(Array.from(estimate(pipe(toGo, importance(perTrajectory), selfNormalise, mean))(gone))).toEqual([0, 0, 0])
  })
  it('options out of range', () => {
    expect(thrown(() => gae({ lambda: 2 }))).toBe('RangeError: gae: lambda: expected a number in [0, 1], got 2')
    expect(thrown(() => nStep({ n: 1.5 }))).toBe('RangeError: nStep: n: expected an integer >= 1, got 1.5')
    expect(thrown(() => clip({ epsilon: -1 }))).toBe('RangeError: clip: epsilon: expected a number >= 0, got -1')
    expect(thrown(() => truncate({ at: '2' as never }))).toBe('RangeError: truncate: at: expected a number > 0, got "2"')
    expect(thrown(() => constantLength(0))).toBe('RangeError: reduce(constantLength): expected an integer >= 1, got 0')
    expect(thrown(() => scale(NaN))).toBe('RangeError: scale: expected a finite number, got NaN')
    expect(thrown(() => mix([0.5, pipe(toGo, mean)], [0.6, pipe(toGo, mean)]))).toContain('expected weights that sum to 1, got 0.5 + 0.6 = 1.1')
    expect(thrown(() => plus(pipe(totalReturn({ objective: 'undiscounted' }), mean))(pipe(totalReturn, mean)))).toContain('expected estimators of one objective')
    expect(thrown(() => estimate(pipe(toGo, baseline(constantPerTime([1])), mean))(on))).toContain('expected a value for each of 2 time indices, got 1')
    expect(thrown(() => estimateInto(pipe(toGo, mean))(new Float64Array(2))(on))).toContain('expected an array of 3 entries')
  })
  it('a position that is not in a prepared batch', () => {
    const prepared = pipe(toGo, prepare(meanOverTrajectories))(on)
    expect(thrown(() => prepared.weights([3], [0]))).toContain('expected positions of steps from 0 to 2, got 3')
    expect(thrown(() => prepared.weights([0], []))).toContain('expected 1 log-probs')
  })
  it('no estimator changes the batch that it is given, and each gives the same twice', () => {
    const full = must(
      fromSteps({
        discount: 0.5,
        provenance: 'on-policy',
        episodes: 'complete',
        trajectories: [
          { reward: [1, 2], behaviourLogProb: [-1, -2], value: [1, 2], actionValue: [3, 4], end: terminated },
          { reward: [4], behaviourLogProb: [-1], value: [5], actionValue: [6], end: terminated },
        ],
      }),
    ) as unknown as Trajectories<AllFacts>
    const columns = () => JSON.stringify([full.reward, full.logProb, full.behaviourLogProb, full.value, full.actionValue].map((c) => Array.from(c)))
    const before = columns()
    const credits = Object.values(registry.credits).flatMap(({ bare }) => bare ?? [])
    for (const credit of [...credits, gae({ lambda: 0.5 }), vtrace({ rhoBar: 1, cBar: 1 }), toGo] as const)
      for (const { bare } of Object.values(registry.ratios)) {
        if (bare === null || (bare.stage === 'per-decision ratio' && credit.stage === 'step credit') || credit.stage === 'corrected') continue
        const e = pipe(credit as typeof toGo, importance(bare as unknown as typeof perStep), mean)
        const [once, twice] = [estimate(e)(full), estimate(e)(full)]
        expect(once).toEqual(twice)
        expect(once.buffer).not.toBe(twice.buffer)
      }
    expect(columns()).toBe(before)
  })
})
