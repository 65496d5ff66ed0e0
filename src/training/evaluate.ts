import type { Environment } from '../environment/environment.ts'
import type { LockStep, SavedRun } from '../environment/lockStep.ts'
import { judging, lockStep } from '../environment/lockStep.ts'
import type { Outliving } from '../environment/outliving.ts'
import { outliving } from '../environment/outliving.ts'
import type { Space } from '../environment/space.ts'
import type { Floats } from '../policy/floats.ts'
import type { Policy } from '../policy/policy.ts'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { checked, range } from '../weighting/options.ts'
import { actingStream, refuseMisfit } from './acting.ts'
import { anEnvironment, aPolicy } from './kinds.ts'
import { rollingOut } from './rollout.ts'
import type { Actor, Sampled } from './sampler.ts'
import type { Training } from './train.ts'

/** How many episodes, and which. */
export interface EvaluateOptions {
  readonly episodes: number
  /** A 32-bit integer. */
  readonly seed: number
}

/** What is said of an environment that would be another one in a new run. */
export const learnsWhileItRuns =
  'the environment learns from what its run sees, as normaliseObservation does, and in a new run the policy would be judged without it: call evaluate(training, { episodes, seed }), or freeze the moments with normaliseObservation({ by: observationMoments(training.learnt()) })'

/** Nothing to object to where an environment learns nothing that a policy sees; the sentence otherwise. What is not known is found out at run time. */
type Judgeable<L extends string> = string extends L ? unknown : [L] extends ['rewards'] ? unknown : typeof learnsWhileItRuns

/** Of all that outlives an episode, what a policy may see. */
const seen = ({ learns }: Outliving): boolean => learns?.length !== 1 || learns[0] !== 'rewards'

const refuseLearning = ({ name, learns }: Environment<Space, Space>, kept: readonly Outliving[]): void => {
  const names = kept.filter(seen).map((one) => one.name)
  if (names.length === 0 && !learns.includes('observations')) return
  throw new TypeError(`evaluate: ${name}: ${learnsWhileItRuns}${names.length === 0 ? '' : ` (it keeps from episode to episode: ${names.join('; ')})`}`)
}

/** One episode of each copy. */
const played = <O extends Space, A extends Space>(run: LockStep<O, A>, seed: number, actor: Actor<O, A, readonly number[]>): Sampled<unknown> => {
  refuseMisfit(run.environment, actor.policy)
  return rollingOut(run, actingStream(seed), { part: { episodes: 1 }, discount: 1, cuts: 'allowed' })(actor)
}

/** What a training has learnt beside its parameters, where a new run of its environment is to have it. */
const learntBy = (training: Training, { name }: Environment<Space, Space>, kept: readonly Outliving[]): readonly (readonly [number, readonly number[]])[] => {
  if (kept.length === 0) return []
  const memory: SavedRun['memory'] | null = training.learnt()?.memory ?? null
  if (memory === null)
    throw new TypeError(`evaluate: ${name}: its run keeps ${kept.map((one) => one.name).join('; ')}, and the sampler does not say what that is now; give its sampling \`learnt: () => run.save().memory\``)
  return kept.map(({ place, name: what, values }) => {
    const found = memory[place] as SavedRun['memory'][number] | undefined
    if (found?.name !== what || found.values.length !== values.length)
      throw new TypeError(
        `evaluate: ${name}: ${what}: expected ${values.length} numbers whatever the number of copies, got ${found?.name === what ? found.values.length : `${found?.name}`}; what each copy learns for itself has no place in other copies`,
      )
    return [place, found.values]
  })
}

const refuseLearnt = ({ environment, memory }: LockStep<Space, Space>, learnt: readonly (readonly [number, readonly number[]])[]): void => {
  for (const [place, values] of learnt)
    if (!values.every((x, k) => Object.is(x, memory[place].values[k])))
      throw new TypeError(
        `evaluate: ${environment.name}: ${memory[place].name} changed during the evaluation, so the episodes judged another policy; have the change leave it as it is where learning is 'stands still'`,
      )
}

const evaluated = (training: Training, { episodes, seed }: EvaluateOptions): Sampled<unknown> => {
  const { environment, policy } = training
  if (environment === null)
    throw new TypeError('evaluate: what is trained learns from recorded steps, which come from no environment: call evaluate(environment, { episodes, seed })(policy, training.parameters())')
  // One of one copy tells of all: a memory that grows with the copies is found below.
  const learnt = learntBy(training, environment, outliving(environment))
  const run = judging(environment, { copies: episodes, seed }, learnt)
  const sampled = played(run, seed, { policy, parameters: training.parameters(), version: 0 })
  refuseLearnt(run, learnt)
  return sampled
}

const isTraining = (what: unknown): what is Training => hasParts(what) && typeof what['parameters'] === 'function' && typeof what['next'] === 'function'

/**
 * Lets a policy act for so many episodes, one in each copy, until each has ended or was cut. Actions are drawn, not the likeliest ones.
 *
 * Of a training, it is the policy with the parameters of the moment, in new copies of the environment with what its run has learnt so far,
 * such as the moments of `normaliseObservation`: they are used and left as they are, and so is the training. Of an environment, it is any
 * policy; one that learns while it runs is refused, as a new run would begin without what the policy was trained with. `returns` holds what was earned
 * as the environment itself pays it, before any change to rewards.
 *
 * @param what     a training, or an environment to act in
 * @param options  how many episodes, and the seed
 * @returns        what was done; of an environment, a function to it from a policy and parameters
 * @throws TypeError  for an environment that learns while it runs, with what to do
 *
 * @example
 * ```ts
 * import { cartPole, normaliseObservation } from 'estimand/environment'
 * import { mlp, policyOutput, valueOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { evaluate, ppo, train } from 'estimand/training'
 * const policy = policyOf(mlp({ observation: cartPole().observation, hidden: [], outputs: [policyOutput(2), valueOutput] }), categorical(2))
 * evaluate(cartPole(), { episodes: 10, seed: 1 })(policy, policy.network.init(1)).returns.length // => 10
 * const environment = normaliseObservation()(cartPole())
 * const training = train({ ...ppo({ environment, policy }), seed: 1 })
 * training.next()
 * evaluate(training, { episodes: 10, seed: 1 }).returns.length // => 10
 * ```
 */
export const evaluate: {
  (training: Training, options: EvaluateOptions): Sampled<unknown>
  <O extends Space, A extends Space, L extends string>(
    environment: Environment<O, A, L> & Judgeable<L>,
    options: EvaluateOptions,
  ): <Out extends readonly number[]>(policy: Policy<O, A, Out>, parameters: Floats) => Sampled<unknown>
} = (what: Training | Environment<Space, Space>, options: EvaluateOptions): never => {
  refuseUnknown('evaluate', options, ['episodes', 'seed'], 'evaluate(training, { episodes: 100, seed: 1 })')
  const { episodes, seed } = options
  const check = (): number => checked('evaluate: episodes', episodes, range.count)
  if (isTraining(what)) {
    check()
    return evaluated(what, options) as never
  }
  refuseArgument('evaluate', what, { expected: 'a training, or an environment such as cartPole()', holds: anEnvironment.holds })
  refuseLearning(what, outliving(what))
  const judge = (policy: Policy<Space, Space, readonly number[]>, parameters: Floats): Sampled<unknown> => {
    check()
    refuseArgument('evaluate: policy', policy, aPolicy)
    refuseArgument('evaluate: parameters', parameters, kinds.numbers)
    return played(lockStep(what, { copies: episodes, seed }), seed, { policy, parameters, version: 0 })
  }
  // Which of the two it is, the overloads say.
  return judge as never
}
