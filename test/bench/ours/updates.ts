/** One gradient step of an actor: forward, weights with ratio and clip, backward, Adam. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { advantage, clip, describeProblems, fromColumns, importance, meanOverSteps, perStep, prepare, timeLimit } from 'estimand'
import { box } from 'estimand/environment'
import { adam, mlp, policyOutput } from 'estimand/network'
import { categorical, policyOf, slice } from 'estimand/policy'
import type { Checked, Measure } from '../measure.ts'
import { units } from '../measure.ts'
import { columnOf } from './data.ts'

/** Observations of a step, and the width of both hidden layers. */
export interface Size {
  readonly B: number
  readonly H: number
}

/** The sizes of the comparisons. */
export const sizes: readonly Size[] = [64, 256].flatMap((H) => [64, 128, 1024, 4096].map((B) => ({ B, H })))

/** What a size is called. */
export const nameOf = ({ B, H }: Size): string => `4-${H}-${H}-2, batch ${B}`

/** Gradient steps after which every side must have come to the same policy, and their rate. */
const stepsToAgree = 20
const rate = 1e-3
/**
 * The rate of those that are timed: the same work, and a policy that hardly moves. At the other one every ratio is clipped in the end, the gradient
 * is 0, and Adam's moments sink into subnormal numbers, which take several times as long.
 */
const timedRate = 1e-7

const step = ({ B, H }: Size): Checked => {
  const { network, head } = policyOf(mlp({ observation: box([4]), hidden: [H, H], outputs: [policyOutput(2)] }), categorical(2))
  const parameters = network.init(1)
  // Biases begin with 0, weights with columns 1 to 3: [in, out], row-major.
  for (const [k, name] of ['hidden0', 'hidden1', 'policy'].entries()) {
    const weight = slice(network, parameters, `${name}.weight`)
    const size = 1 / Math.sqrt(k === 0 ? 4 : H)
    weight.set(columnOf(k + 1, weight.length, -size, size))
    slice(network, parameters, `${name}.bias`).fill(0)
  }
  const observations = Float32Array.from(columnOf(5, B * 4, -1, 1))
  const actions = Int32Array.from(columnOf(6, B, 0, 2))
  const batch = fromColumns({
    discount: 1,
    provenance: 'off-policy',
    episodes: 'complete',
    offsets: Array.from({ length: B + 1 }, (_, i) => i),
    ends: Array.from({ length: B }, () => timeLimit),
    actionValue: columnOf(7, B, -1, 1),
    value: new Float64Array(B),
    behaviourLogProb: new Float64Array(B).fill(Math.log(0.5)),
    logProb: new Float64Array(B).fill(Math.log(0.5)),
  })
  if (E.isLeft(batch)) throw new Error(describeProblems(batch.left))
  const prepared = pipe(advantage, importance(perStep), clip({ epsilon: 0.2 }), prepare(meanOverSteps))(batch.right)
  const indices = Int32Array.from({ length: B }, (_, k) => k)
  const { init, ascend } = adam()
  const state = init(parameters)
  const logProb = new Float64Array(B)
  const cotangent = new Float64Array(B * 2)
  const gradient = new Float32Array(network.parameterCount)
  const update = (by: number): number => {
    const outputs = network.forward(parameters, observations, B)
    head.logProb(outputs, actions, B, logProb)
    head.gradient(outputs, actions, B, { weights: prepared.weights(indices, logProb) }, cotangent)
    network.vectorJacobianProduct(parameters, observations, B, cotangent, gradient)
    ascend(state, parameters, gradient, by)
    return 1
  }
  return {
    run: () => update(timedRate),
    // The mean difference of the logits: every number of the network has a part in it.
    check: () => {
      for (let k = 0; k < stepsToAgree; k++) update(rate)
      const logits = network.forward(parameters, observations, B)
      let sum = 0
      for (let i = 0; i < B; i++) sum += Math.abs(logits[2 * i + 1] - logits[2 * i])
      return sum / B
    },
  }
}

export const measures: readonly Measure[] = sizes.map((size) => ({ name: `update ${nameOf(size)}`, unit: units.microsecondsPerUpdate, prepare: () => step(size) }))
