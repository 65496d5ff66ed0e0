import { anEnvironment, isEnvironment } from '../environment/kinds.ts'
import type { Kind } from '../trajectories/argument.ts'
import { hasParts, kinds } from '../trajectories/argument.ts'
import type { OptionalKind } from '../trajectories/fields.ts'
import { fieldProblems } from '../trajectories/fields.ts'
import type { Problem } from '../trajectories/problem.ts'
import { describeProblems } from '../trajectories/problem.ts'
import { aHead } from '../policy/head.ts'
import { someFloats } from '../policy/floats.ts'
import { aNetwork } from '../policy/network.ts'

const hasFunctions = (x: unknown, ...names: readonly string[]): boolean => hasParts(x) && names.every((name) => typeof x[name] === 'function')

/** What is said of an estimator that stands where an objective belongs. */
export const expectedObjective = 'an objective: wholeBatch(estimator), or a pipeline that ends in inMinibatches(...) in place of reduce(...)'

export const anObjective: Kind = { expected: expectedObjective, holds: (x) => hasFunctions(x, 'ready') && hasParts(x) && 'slices' in x }
export const aPolicy: Kind = { expected: 'a policy, such as policyOf(network, head)', holds: (x) => hasParts(x) && aNetwork.holds(x['network']) && aHead.holds(x['head']) }
export const aSampler: Kind = { expected: 'a sampler, such as episodes({ environment, count: 16, discount: 1 }) or segments({ environment, copies: 8, length: 128, discount: 0.99 })', holds: (x) => hasFunctions(x, 'open', 'restore') }
export const anOptimiser: Kind = { expected: 'an optimiser, such as adam() or sgd({ momentum: 0.9 })', holds: (x) => hasFunctions(x, 'init', 'ascend') }
export const aRate: Kind = { expected: 'a number >= 0, or a schedule such as linearRate({ from: 1e-3, updates: 100 })', holds: (x) => typeof x === 'number' || typeof x === 'function' }
export const someSteps: Kind = {
  expected: 'recorded steps, such as evaluate(...) gives: { batch, observations, actions }',
  holds: (x) => hasParts(x) && kinds.batch.holds(x['batch']) && kinds.numbers.holds(x['observations']) && kinds.numbers.holds(x['actions']),
}
export { anEnvironment, someFloats }

/** A number, whose range is looked at where it is used. */
export const aNumber: Kind = { expected: 'a number', holds: kinds.anything.holds }

/** What a value of this library is that stands where another belongs, with what makes the right one of it. */
const made = (x: unknown): string | null => {
  if (isEnvironment(x)) return `the environment ${x.name}`
  if (aPolicy.holds(x)) return 'a policy'
  if (aNetwork.holds(x)) return 'a network'
  if (aHead.holds(x)) return 'a head'
  if (anObjective.holds(x)) return 'an objective'
  if (anOptimiser.holds(x)) return 'an optimiser'
  if (aSampler.holds(x)) return 'a sampler'
  return typeof x === 'function' && x.name !== '' ? `the function ${x.name} itself: call it` : null
}

/** Throws for options that are none, have unknown keys, lack what is needed or have values of another kind, and lists all that is wrong. */
export const refuseOptions = (where: string, options: unknown, fields: Readonly<Record<string, Kind | OptionalKind>>): void => {
  const problems = fieldProblems(where, options, fields)
  if (problems.length === 0) return
  const better = problems.map((problem): Problem => {
    const key = problem.path.slice(where.length + 1)
    const what = hasParts(options) && key in fields ? made(options[key]) : null
    return what === null ? problem : { ...problem, got: what }
  })
  throw new TypeError(describeProblems(better))
}
