import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import {
  baseline,
  causality,
  clip,
  describeProblems,
  dropOuterDiscount,
  gae,
  generalisedAdvantages,
  importance,
  leaveOneOut,
  meanOverSteps,
  meanOverTrajectories,
  perStep,
  ratioSurrogate,
  reuse,
  totalReturn,
  vtrace,
  whitenSteps,
} from 'estimand'
import { estimate, normalise, reduce } from 'estimand'
import type { StateValue } from 'estimand'
import { cartPole, pendulum, timeLimit } from 'estimand/environment'
import type { Optimiser } from 'estimand/network'
import { beside, mlp, policyOutput, valueOutput, withLogDeviation } from 'estimand/network'
import type { Floats, Policy } from 'estimand/policy'
import { categorical, gaussian, policyOf } from 'estimand/policy'
import type { Space } from '../../src/environment/space.ts'
import { entropyBonus, episodes, fitValue, inMinibatches, klPenalty, segments, train, wholeBatch } from '../../src/training/index.ts'
import type { Sampled, Sampler } from '../../src/training/index.ts'
import { seed } from '../seed/seed.ts'

const right = <A>(e: E.Either<readonly Parameters<typeof describeProblems>[0][number][], A>): A =>
  pipe(e, E.getOrElse((problems): A => { throw new TypeError(describeProblems(problems)) }))

/** Keeps the gradients that it is given; moves along the first `moves` of them. */
const witness = (moves = 0) => {
  const seen: Floats[] = []
  const optimiser: Optimiser<{ step: number }> = {
    name: 'witness',
    init: () => ({ step: 0 }),
    ascend: (state, parameters, gradient, rate) => {
      seen.push(gradient.slice())
      if (state.step++ < moves) for (let k = 0; k < parameters.length; k++) parameters[k] += rate * gradient[k]
    },
    descend: () => { throw new Error('training ascends') },
  }
  return { seen, optimiser }
}

/** d f by central differences at every parameter. */
const slope = (f: (parameters: Floats) => number, at: Floats): Float64Array => {
  const h = 1e-5
  return Float64Array.from(at, (_, k) => {
    const x = at.slice()
    x[k] = at[k] + h
    const above = f(x)
    x[k] = at[k] - h
    return (above - f(x)) / (2 * h)
  })
}

const expectClose = (actual: Floats | undefined, expected: Floats): void => {
  expect(actual).toBeDefined()
  const size = Math.max(1e-3, ...Array.from(expected, Math.abs))
  const worst = Math.max(...Array.from(expected, (x, k) => Math.abs((actual?.[k] ?? NaN) - x))) / size
  expect(worst).toBeLessThan(1e-6)
  // Nothing would be compared with nothing.
  expect(size).toBeGreaterThan(1e-3)
}

/** A sampler, and the batches that it gave. */
const watched = <O extends Space, A extends Space, Facts>(inner: Sampler<O, A, Facts>) => {
  const batches: Sampled<Facts & StateValue>[] = []
  const sampler: Sampler<O, A, Facts> = {
    ...inner,
    open: (from) => {
      const sampling = inner.open(from)
      return {
        ...sampling,
        sample: (actor) => {
          const sampled = sampling.sample(actor)
          // With or without values: who reads them has given the network a value.
          batches.push(sampled as never)
          return sampled
        },
      }
    },
  }
  return { sampler, batches }
}

type AnyPolicy = Policy<Space, Space, readonly number[]>

const at = ({ network, head }: AnyPolicy, { observations, actions, batch, distribution }: Sampled<unknown>) => {
  const n = batch.offsets[batch.count]
  const P = network.outputs[0]
  const column = (write: (outputs: Floats, out: Float64Array) => void) => (parameters: Floats): Float64Array => {
    const out = new Float64Array(n)
    write(network.forward(parameters, observations, n), out)
    return out
  }
  return {
    n,
    logProb: column((outputs, out) => head.logProb(outputs, actions, n, out)),
    entropy: column((outputs, out) => head.entropy(outputs, n, out)),
    klTo: column((outputs, out) => head.kl(outputs, distribution, n, out)),
    klFrom: column((outputs, out) => head.kl(distribution, outputs, n, out)),
    value: (parameters: Floats): Float64Array => Float64Array.from(network.forward(parameters, observations, n).subarray(n * P, n * P + n)),
  }
}

const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length
const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => Array.from(x).reduce((sum, a, k) => sum + a * y[k], 0)

const short = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 12, as: 'TimeLimit' }))
const precision = 'float64'
const plain = policyOf(mlp({ observation: short.observation, hidden: [5], outputs: [{ ...policyOutput(2), gain: 1 }], precision }), categorical(2))
const valued = policyOf(
  mlp({ observation: short.observation, hidden: [5], outputs: [{ ...policyOutput(2), gain: 1 }, valueOutput], precision }),
  categorical(2),
)
const swing = pendulum({ steps: 9 })
const continuous = policyOf(
  pipe(
    withLogDeviation(mlp({ observation: swing.observation, hidden: [4], outputs: [policyOutput(1)], precision }), -0.3),
    beside(mlp({ observation: swing.observation, hidden: [3], outputs: [valueOutput], precision })),
  ),
  gaussian(1),
)

describe('the gradient of an update is that of its surrogate, by finite differences', () => {
  it('REINFORCE with leave-one-out: sum W log pi, W held', () => {
    const estimator = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
    const { sampler, batches } = watched(episodes({ environment: short, count: 6, discount: 0.9 }))
    const { seen, optimiser } = witness()
    const parameters = plain.network.init(seed)
    train({ sampler, policy: plain, objective: wholeBatch(estimator), optimiser, rate: 1, seed, parameters }).next()
    const [sampled] = batches
    const weights = estimate(estimator)(sampled.batch)
    const { logProb } = at(plain, sampled)
    expectClose(seen[0], slope((x) => dot(weights, logProb(x)), parameters))
  })

  const ppo = pipe(gae({ lambda: 0.9 }), dropOuterDiscount, importance(perStep), clip({ epsilon: 0.1 }))

  it('clipped ratios, entropy, KL and clipped values, after the parameters have moved', () => {
    const { sampler, batches } = watched(segments({ environment: short, copies: 3, length: 20, discount: 0.95 }))
    const { seen, optimiser } = witness(1)
    const parameters = valued.network.init(seed)
    const rate = 0.2
    const metrics = train({
      sampler,
      policy: valued,
      objective: pipe(
        ppo,
        inMinibatches(meanOverSteps),
        entropyBonus(0.3),
        klPenalty({ coefficient: 0.7, direction: 'toReference' }),
        fitValue({ coefficient: 0.5, lambda: 0.9, clip: 0.05 }),
      ),
      optimiser,
      rate,
      epochs: 2,
      seed,
      parameters,
    }).next()
    const [sampled] = batches
    const { batch } = sampled
    const { logProb, entropy, klTo, klFrom, value } = at(valued, sampled)
    const old = value(parameters)
    const target = generalisedAdvantages(batch, batch.reward, batch.value, batch.bootstrapValue, 0.95, 0.9).map((a, k) => a + batch.value[k])
    const valueLoss = (x: Floats): number =>
      mean(value(x).map((v, k) => Math.max((v - target[k]) ** 2, (old[k] + Math.min(Math.max(v - old[k], -0.05), 0.05) - target[k]) ** 2) / 2))
    const surrogate = (x: Floats): number =>
      pipe(ppo, ratioSurrogate(meanOverSteps))(right(reuse({ logProb: logProb(x), version: 1 })(batch))).value
    const objective = (x: Floats): number => surrogate(x) + 0.3 * mean(entropy(x)) - 0.7 * mean(klTo(x)) - 0.5 * valueLoss(x)
    expect(seen).toHaveLength(2)
    expectClose(seen[0], slope(objective, parameters))
    const moved = parameters.map((x, k) => x + rate * seen[0][k])
    expectClose(seen[1], slope(objective, moved))
    // What is said of the update is what it did.
    const clippedSteps = pipe(ppo, ratioSurrogate(meanOverSteps))(right(reuse({ logProb: logProb(moved), version: 1 })(batch))).derivative.filter((w) => w === 0).length
    expect(clippedSteps).toBeGreaterThan(0)
    expect(metrics.clipFraction).toBeCloseTo(clippedSteps / batch.reward.length / 2, 12)
    expect(metrics.kl).toBeCloseTo(mean(klFrom(moved)), 12)
    expect(metrics.entropy).toBeCloseTo(mean(entropy(parameters)), 12)
    const ratios = logProb(moved).map((l, k) => Math.exp(l - batch.behaviourLogProb[k]))
    expect(metrics.effectiveSampleSize).toBeCloseTo(mean(ratios) ** 2 / mean(ratios.map((r) => r * r)), 10)
    expect(metrics.gradientNorm).toBeCloseTo((Math.hypot(...seen[0]) + Math.hypot(...seen[1])) / 2, 8)
    // Control: both limits were at work.
    expect(logProb(moved).filter((l, k) => Math.abs(Math.exp(l - batch.behaviourLogProb[k]) - 1) > 0.1).length).toBeGreaterThan(0)
    expect(value(moved).filter((v, k) => Math.abs(v - old[k]) > 0.05).length).toBeGreaterThan(0)
    const unclipped = pipe(gae({ lambda: 0.9 }), dropOuterDiscount, importance(perStep), ratioSurrogate(meanOverSteps))
    const other = slope((x) => unclipped(right(reuse({ logProb: logProb(x), version: 1 })(batch))).value + objective(x) - surrogate(x), moved)
    expect(() => expectClose(seen[1], other)).toThrow()
  })

  it('Gaussian actions, separate networks, the other direction of KL', () => {
    const { sampler, batches } = watched(segments({ environment: swing, copies: 2, length: 15, discount: 0.9 }))
    const { seen, optimiser } = witness(1)
    const parameters = continuous.network.init(seed)
    train({
      sampler,
      policy: continuous,
      objective: pipe(ppo, inMinibatches(meanOverSteps), klPenalty({ coefficient: 2, direction: 'fromReference' }), fitValue({ coefficient: 0.1, lambda: 1 })),
      optimiser,
      rate: 0.005,
      epochs: 2,
      seed,
      parameters,
    }).next()
    const [sampled] = batches
    const { batch } = sampled
    const { logProb, klFrom, value } = at(continuous, sampled)
    const target = generalisedAdvantages(batch, batch.reward, batch.value, batch.bootstrapValue, 0.9, 1).map((a, k) => a + batch.value[k])
    const objective = (x: Floats): number =>
      pipe(ppo, ratioSurrogate(meanOverSteps))(right(reuse({ logProb: logProb(x), version: 1 })(batch))).value -
      2 * mean(klFrom(x)) -
      0.1 * mean(value(x).map((v, k) => (v - target[k]) ** 2 / 2))
    expectClose(seen[1], slope(objective, parameters.map((x, k) => x + 0.005 * seen[0][k])))
  })

  it('minibatches average to the whole batch, whatever the order', () => {
    const options = { sampler: segments({ environment: short, copies: 3, length: 16, discount: 0.95 }), policy: valued, rate: 0, seed } as const
    const objective = pipe(ppo, inMinibatches(meanOverSteps), entropyBonus(0.1), fitValue({ coefficient: 0.5, lambda: 0.9 }))
    const whole = witness()
    const parts = witness()
    train({ ...options, objective, optimiser: whole.optimiser }).next()
    train({ ...options, objective, optimiser: parts.optimiser, minibatches: 4 }).next()
    expect(parts.seen).toHaveLength(4)
    expectClose(whole.seen[0].map((_, k) => mean(Float64Array.from(parts.seen, (g) => g[k]))), whole.seen[0])
    expect(() => expectClose(parts.seen[0], whole.seen[0])).toThrow()
  })

  it('a minibatch that is the whole batch whitens as the pipeline does', () => {
    const options = { sampler: segments({ environment: short, copies: 3, length: 16, discount: 0.95 }), policy: valued, rate: 0, seed } as const
    const by = whitenSteps({ ddof: 1, epsilon: 1e-8 })
    const within = witness()
    const before = witness()
    const inParts = witness()
    const head = pipe(gae({ lambda: 0.9 }), dropOuterDiscount)
    const each = pipe(head, importance(perStep), inMinibatches(meanOverSteps, { normalise: by }))
    train({ ...options, objective: each, optimiser: within.optimiser }).next()
    train({ ...options, objective: pipe(head, normalise(by), importance(perStep), inMinibatches(meanOverSteps)), optimiser: before.optimiser }).next()
    train({ ...options, objective: each, optimiser: inParts.optimiser, minibatches: 4 }).next()
    expectClose(within.seen[0], before.seen[0])
    // In parts it is another estimate, which is why it has a name.
    const average = before.seen[0].map((_, k) => mean(Float64Array.from(inParts.seen, (g) => g[k])))
    expect(() => expectClose(average, before.seen[0])).toThrow()
  })

  it('V-trace is weighed anew on the whole batch at each epoch', () => {
    const estimator = pipe(vtrace({ rhoBar: 1, cBar: 1 }), dropOuterDiscount, reduce(meanOverSteps))
    const { sampler, batches } = watched(segments({ environment: short, copies: 2, length: 12, discount: 0.95 }))
    const { seen, optimiser } = witness(1)
    const parameters = valued.network.init(seed)
    train({ sampler, policy: valued, objective: wholeBatch(estimator), optimiser, rate: 0.5, epochs: 2, seed, parameters }).next()
    const [sampled] = batches
    const { logProb } = at(valued, sampled)
    const moved = parameters.map((x, k) => x + 0.5 * seen[0][k])
    const weights = estimate(estimator)(right(reuse({ logProb: logProb(moved), version: 1 })(sampled.batch)))
    expectClose(seen[1], slope((x) => dot(weights, logProb(x)), moved))
  })
})

describe('the divergence of a large batch', () => {
  const estimator = pipe(totalReturn, causality, baseline(leaveOneOut), reduce(meanOverTrajectories))
  const run = (count: number) => {
    const { sampler, batches } = watched(episodes({ environment: short, count, discount: 0.9 }))
    const parameters = plain.network.init(seed)
    const moving = parameters.slice()
    const training = train({ sampler, policy: plain, objective: wholeBatch(estimator), optimiser: witness(1).optimiser, rate: 0.2, seed, parameters: moving })
    const { kl, effectiveSampleSize, steps } = training.next()
    const { klFrom, logProb } = at(plain, batches[0])
    const ratios = logProb(training.parameters()).map((l, k) => Math.exp(l - batches[0].batch.logProb[k]))
    const share = ratios.reduce((a, b) => a + b, 0) ** 2 / (steps * ratios.reduce((a, b) => a + b * b, 0))
    const each = klFrom(training.parameters())
    const firstSteps = mean(Float64Array.from({ length: count }, (_, i) => each[batches[0].batch.offsets[i]]))
    return { steps, kl, effectiveSampleSize, all: mean(each), firstSteps, share }
  }

  it('is of all its steps up to 1,024 of them', () => {
    const { steps, kl, all, effectiveSampleSize, share } = run(80)
    expect(steps).toBeLessThanOrEqual(1024)
    expect(kl).toBeCloseTo(all, 12)
    expect(effectiveSampleSize).toBeCloseTo(share, 12)
  })
  it('beyond that of steps from all over it, whatever its period', () => {
    // Nearly every episode has 12 steps: of every twelfth step all would be of one time.
    const { steps, kl, all, effectiveSampleSize, share, firstSteps } = run(1024)
    expect(steps).toBeGreaterThan(10 * 1024)
    expect(Math.abs(kl / all - 1)).toBeLessThan(0.1)
    expect(kl).not.toBeCloseTo(all, 12)
    expect(Math.abs(effectiveSampleSize / share - 1)).toBeLessThan(0.02)
    // Control: of one time they would say something else.
    expect(Math.abs(firstSteps / all - 1)).toBeGreaterThan(0.2)
  })
})
