import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { expect, it } from 'vitest'
import {
  baseline,
  batchMean,
  causality,
  clip,
  describeProblems,
  estimate,
  estimateInto,
  fromColumns,
  gae,
  importance,
  meanOfTrajectoryMeans,
  meanOverSteps,
  normalise,
  perStep,
  prepare,
  ratioModifier,
  ratioOf,
  reasons,
  reduce,
  stateValue,
  timeLimit,
  totalReturn,
  truncate,
  whitenSteps,
} from 'estimand'
import { seed } from '../seed/seed.ts'

const right = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

/** Batches of up to some ten thousand steps: several groups of trajectories, several runs of steps. */
const batches = fc
  .record({
    lengths: fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 200, max: 1500 })), { minLength: 1, maxLength: 24 }),
    some: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 7, maxLength: 60 }),
    discount: fc.constantFrom(0.9, 1),
  })
  .map(({ lengths, some, discount }) => {
    const offsets = lengths.reduce<readonly number[]>((all, length) => [...all, all[all.length - 1] + length], [0])
    const column = (stride: number) => Float64Array.from({ length: offsets[lengths.length] }, (_, k) => some[(k * stride) % some.length] + (k % 13) / 20)
    const behaviourLogProb = column(3).map((x) => x - 3)
    const moved = column(5)
    return right(
      fromColumns({
        discount,
        provenance: 'off-policy',
        episodes: 'complete',
        offsets,
        ends: lengths.map(() => timeLimit),
        reward: column(1),
        value: column(2),
        behaviourLogProb,
        logProb: behaviourLogProb.map((l, k) => l + moved[k] / 2),
      }),
    )
  })

/** perStep, which has to be given the whole batch. */
const atOnce = ratioOf({ ...perStep, stage: 'step ratio', needs: [], pointwise: false })

const steps = reduce(meanOverSteps)
const means = reduce(meanOfTrajectoryMeans)
const advantages = gae({ lambda: 0.9 })
const whitened = pipe(advantages, normalise(whitenSteps({ ddof: 1, epsilon: 1e-8 })))
const toGo = pipe(totalReturn, causality, baseline(stateValue))
const centred = pipe(totalReturn, baseline(batchMean))
const band = clip({ epsilon: 0.2 })
const bound = truncate({ at: 1.1 })

it.each([
  ['GAE', pipe(advantages, importance(perStep), steps), pipe(advantages, importance(atOnce), steps)],
  ['GAE, clipped', pipe(advantages, importance(perStep), band, means), pipe(advantages, importance(atOnce), band, means)],
  ['GAE, whitened and clipped', pipe(whitened, importance(perStep), band, steps), pipe(whitened, importance(atOnce), band, steps)],
  ['reward-to-go', pipe(toGo, importance(perStep), means), pipe(toGo, importance(atOnce), means)],
  ['reward-to-go, truncated', pipe(toGo, importance(perStep), bound, steps), pipe(toGo, importance(atOnce), bound, steps)],
  ['whole returns, centred and clipped', pipe(centred, importance(perStep), band, means), pipe(centred, importance(atOnce), band, means)],
] as const)('%s: in runs of steps and all at once, the same bits', (_, inRuns, whole) => {
  const property = fc.property(batches, (batch) => {
    expect(estimate(inRuns)(batch)).toEqual(estimate(whole)(batch))
  })
  fc.assert(property, { seed, numRuns: 20 })
})

it('a limit that is said to be pointwise and is not is told apart', () => {
  const own = (pointwise: boolean) =>
    ratioModifier({
      word: 'overItsMean',
      needs: [],
      coupling: 'exchangeable',
      reasons: [reasons['self-normalised']],
      pointwise,
      apply: (ratio) => ratio.map((rho) => rho / ratio.reduce((sum, one) => sum + one / ratio.length, 0)),
      formula: (rho) => rho,
      source: 'an example',
    })
  const weigh = (pointwise: boolean) => estimate(pipe(gae({ lambda: 0.9 }), importance(perStep), own(pointwise), reduce(meanOverSteps)))
  expect(() =>
    fc.assert(
      fc.property(batches, (batch) => {
        expect(weigh(true)(batch)).toEqual(weigh(false)(batch))
      }),
      { seed, numRuns: 12 },
    ),
  ).toThrow()
})

it('weights of a slice of a prepared batch are those of the whole, bit for bit', () => {
  const plan = pipe(gae({ lambda: 0.9 }), importance(perStep), clip({ epsilon: 0.2 }))
  const property = fc.property(batches, fc.integer({ min: 1, max: 700 }), fc.nat(), (batch, size, from) => {
    const whole = estimate(pipe(plan, reduce(meanOverSteps)))(batch)
    const indices = Array.from({ length: size }, (_, j) => (from + 31 * j) % whole.length)
    const slice = pipe(plan, prepare(meanOverSteps))(batch).weights(
      indices,
      indices.map((k) => batch.logProb[k]),
    )
    expect(slice).toEqual(Float64Array.from(indices, (k) => whole[k]))
  })
  fc.assert(property, { seed, numRuns: 30 })
})

it('weights in an array of one\'s own are those in a fresh one', () => {
  const e = pipe(totalReturn, causality, importance(perStep), clip({ epsilon: 0.2 }), reduce(meanOfTrajectoryMeans))
  const property = fc.property(batches, (batch) => {
    const mine = new Float64Array(batch.reward.length).fill(NaN)
    expect(estimateInto(e)(mine)(batch)).toEqual(estimate(e)(batch))
  })
  fc.assert(property, { seed, numRuns: 12 })
})
