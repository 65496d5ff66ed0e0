import { pipe } from 'fp-ts/lib/function.js'
import { gae } from '../credit/gae.ts'
import { cartPole } from '../environment/cartPole.ts'
import type { Environment } from '../environment/environment.ts'
import type { Space } from '../environment/space.ts'
import { timeLimit } from '../environment/timeLimit.ts'
import { clip } from '../modify/clip.ts'
import { dropOuterDiscount } from '../modify/dropOuterDiscount.ts'
import { importance } from '../modify/importance.ts'
import { whitenSteps } from '../modify/normalise.ts'
import { cloning as cloningCredit } from '../credit/cloning.ts'
import { beside } from '../network/beside.ts'
import { mlp, policyOutput, valueOutput } from '../network/mlp.ts'
import { adam } from '../network/optimiser/adam.ts'
import type { Rate } from '../network/optimiser/rate.ts'
import { linearRate } from '../network/optimiser/rate.ts'
import { categorical } from '../policy/categorical.ts'
import type { Policy } from '../policy/policy.ts'
import { policyOf } from '../policy/policy.ts'
import { perStep } from '../ratio/perStep.ts'
import { takenAsOne } from '../ratio/takenAsOne.ts'
import { recipes } from '../recipe/recipes.ts'
import { meanOverSteps } from '../reduce/meanOverSteps.ts'
import { checked, range } from '../weighting/options.ts'
import { optional } from '../trajectories/fields.ts'
import { refuseUnknown } from '../trajectories/keys.ts'
import { shown } from '../trajectories/problem.ts'
import { entropyBonus } from './entropyBonus.ts'
import { episodes } from './episodes.ts'
import { fitValue } from './fitValue.ts'
import { inMinibatches } from './inMinibatches.ts'
import { aNumber, anEnvironment, aPolicy, aRate, refuseOptions, someSteps } from './kinds.ts'
import { wholeBatch } from './objective.ts'
import { recorded } from './recorded.ts'
import type { RecordedOptions } from './recorded.ts'
import { segments } from './segments.ts'

/** Whole episodes and a policy without a value. */
export interface ReinforceOptions<O extends Space, A extends Space, Out extends readonly number[]> {
  readonly environment: Environment<O, A>
  readonly policy: Policy<O, A, Out>
  /** Episodes of a batch. Default: 16. */
  readonly count?: number
  /** gamma. Default: 1. */
  readonly discount?: number
  /** Default: 0.01. */
  readonly rate?: number | Rate
}

const episodic = <O extends Space, A extends Space, Out extends readonly number[]>(word: string, options: ReinforceOptions<O, A, Out>) => {
  refuseOptions(word, options, { environment: anEnvironment, policy: aPolicy, count: optional(aNumber), discount: optional(aNumber), rate: optional(aRate) })
  const { environment, policy, count = 16, discount = 1, rate = 0.01 } = options
  return { sampler: episodes({ environment, count, discount }), policy, optimiser: adam(), rate }
}

/**
 * Options of `train` for REINFORCE: whole returns, whole episodes, Adam.
 *
 * @param options  environment and policy
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole, timeLimit } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { reinforce, train } from 'estimand/training'
 * const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
 * const policy = policyOf(mlp({ observation: environment.observation, hidden: [16], outputs: [policyOutput(2)] }), categorical(2))
 * train({ ...reinforce({ environment, policy, count: 2 }), seed: 1 }).next().returns.length // => 2
 * ```
 */
export const reinforce = <O extends Space, A extends Space, Out extends readonly number[]>(options: ReinforceOptions<O, A, Out>) => ({
  ...episodic('reinforce', options),
  objective: wholeBatch(recipes.reinforce.estimator),
})

/**
 * Options of `train` for REINFORCE with reward-to-go and leave-one-out baseline: unbiased, whole episodes, Adam.
 *
 * @param options  environment and policy
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { cartPole, timeLimit } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { reinforceLoo, train } from 'estimand/training'
 * const environment = pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
 * const policy = policyOf(mlp({ observation: environment.observation, hidden: [16], outputs: [policyOutput(2)] }), categorical(2))
 * train({ ...reinforceLoo({ environment, policy, count: 2 }), seed: 1 }).next().returns.length // => 2
 * ```
 */
export const reinforceLoo = <O extends Space, A extends Space, Out extends readonly number[]>(options: ReinforceOptions<O, A, Out>) => ({
  ...episodic('reinforceLoo', options),
  objective: wholeBatch(recipes.reinforceLoo.estimator),
})

/** Segments and a policy with a value. */
export interface ActorCriticOptions<O extends Space, A extends Space, P extends number> {
  readonly environment: Environment<O, A>
  /** Its network's second output block is the value. */
  readonly policy: Policy<O, A, readonly [P, 1]>
  /** Copies of the environment. */
  readonly copies?: number
  /** Steps of each copy in a batch. */
  readonly length?: number
  /** gamma. Default: 0.99. */
  readonly discount?: number
  readonly rate?: number | Rate
  /** Coefficient of the entropy. */
  readonly entropy?: number
}

const actorCritic = {
  environment: anEnvironment,
  policy: aPolicy,
  copies: optional(aNumber),
  length: optional(aNumber),
  discount: optional(aNumber),
  rate: optional(aRate),
  entropy: optional(aNumber),
} as const

/**
 * Options of `train` for advantage actor-critic: short segments, one gradient step on each.
 *
 * Source: Mnih et al. 2016, with Adam in place of RMSProp.
 *
 * @param options  environment and policy; copies 16, length 5, rate 7e-4, entropy 0.01 unless given
 *
 * @example
 * ```ts
 * import { cartPole } from 'estimand/environment'
 * import { mlp, policyOutput, valueOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { a2c, train } from 'estimand/training'
 * const environment = cartPole()
 * const policy = policyOf(mlp({ observation: environment.observation, hidden: [16], outputs: [policyOutput(2), valueOutput] }), categorical(2))
 * train({ ...a2c({ environment, policy }), seed: 1 }).next().steps // => 80
 * ```
 */
export const a2c = <O extends Space, A extends Space, P extends number>(options: ActorCriticOptions<O, A, P>) => {
  refuseOptions('a2c', options, actorCritic)
  const { environment, policy, copies = 16, length = 5, discount = 0.99, rate = 7e-4, entropy = 0.01 } = options
  return {
    sampler: segments({ environment, copies, length, discount }),
    policy,
    objective: pipe(wholeBatch(recipes.a2c.estimator), entropyBonus(entropy), fitValue({ coefficient: 0.5, lambda: 1 })),
    optimiser: adam({ epsilon: 1e-5 }),
    rate,
    gradientNorm: 0.5,
  }
}

/** What PPO adds to an actor-critic. */
export interface PpoOptions<O extends Space, A extends Space, P extends number> extends ActorCriticOptions<O, A, P> {
  /** Default: 0.95. */
  readonly lambda?: number
  /** Default: 0.2. */
  readonly clip?: number
  /** How far a value may move in an update. Default: Infinity. */
  readonly valueClip?: number
  /** Default: 4. */
  readonly epochs?: number
  /** Default: 4. */
  readonly minibatches?: number
}

/**
 * Options of `train` for proximal policy optimisation: segments, advantages whitened in each minibatch, clipped ratios.
 *
 * Source: Schulman et al. 2017; Huang et al. 2022, The 37 implementation details of PPO.
 *
 * @param options  environment and policy; copies 4, length 128, rate 2.5e-4, entropy 0 unless given
 *
 * @example
 * ```ts
 * import { cartPole } from 'estimand/environment'
 * import { mlp, policyOutput, valueOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { ppo, train } from 'estimand/training'
 * const environment = cartPole()
 * const policy = policyOf(mlp({ observation: environment.observation, hidden: [16], outputs: [policyOutput(2), valueOutput] }), categorical(2))
 * train({ ...ppo({ environment, policy }), seed: 1 }).next().steps // => 512
 * ```
 */
export const ppo = <O extends Space, A extends Space, P extends number>(options: PpoOptions<O, A, P>) => {
  refuseOptions('ppo', options, { ...actorCritic, lambda: optional(aNumber), clip: optional(aNumber), valueClip: optional(aNumber), epochs: optional(aNumber), minibatches: optional(aNumber) })
  const { environment, policy, copies = 4, length = 128, discount = 0.99, rate = 2.5e-4, entropy = 0 } = options
  const { lambda = 0.95, clip: epsilon = 0.2, valueClip = Infinity, epochs = 4, minibatches = 4 } = options
  return {
    sampler: segments({ environment, copies, length, discount }),
    policy,
    objective: pipe(
      gae({ lambda }),
      dropOuterDiscount,
      importance(perStep),
      clip({ epsilon }),
      inMinibatches(meanOverSteps, { normalise: whitenSteps({ ddof: 1, epsilon: 1e-8 }) }),
      entropyBonus(entropy),
      fitValue({ coefficient: 0.5, lambda, clip: valueClip }),
    ),
    optimiser: adam({ epsilon: 1e-5 }),
    rate,
    epochs,
    minibatches,
    gradientNorm: 0.5,
  }
}

/** What cloning learns from, and how fast. */
export interface CloningOptions<O extends Space, A extends Space, Out extends readonly number[]> extends Pick<RecordedOptions<O, A>, 'steps'> {
  readonly policy: Policy<O, A, Out>
  /** Default: 0.003. */
  readonly rate?: number | Rate
  /** Gradient steps in an epoch. Default: 8. */
  readonly minibatches?: number
}

/**
 * Options of `train` for behaviour cloning: the log-likelihood of recorded actions, an epoch an update.
 *
 * @param options  recorded steps and policy
 *
 * @example
 * ```ts
 * import { cartPole } from 'estimand/environment'
 * import { mlp, policyOutput } from 'estimand/network'
 * import { categorical, policyOf } from 'estimand/policy'
 * import { cloning, evaluate, train } from 'estimand/training'
 * const policy = policyOf(mlp({ observation: cartPole().observation, hidden: [], outputs: [policyOutput(2)] }), categorical(2))
 * const steps = evaluate(cartPole(), { episodes: 5, seed: 1 })(policy, policy.network.init(1))
 * train({ ...cloning({ policy, steps }), seed: 2 }).next().returns // => []
 * ```
 */
export const cloning = <O extends Space, A extends Space, Out extends readonly number[]>(options: CloningOptions<O, A, Out>) => {
  refuseOptions('cloning', options, { steps: someSteps, policy: aPolicy, rate: optional(aRate), minibatches: optional(aNumber) })
  const { policy, steps, rate = 0.003, minibatches = 8 } = options
  return {
    sampler: recorded({ observation: policy.observation, action: policy.action, steps }),
    policy,
    objective: pipe(cloningCredit, importance(takenAsOne), inMinibatches(meanOverSteps)),
    optimiser: adam(),
    rate,
    minibatches,
  }
}

/** How CleanRL's configuration is to be taken. */
export interface CleanRlOptions {
  /**
   * What an episode that reaches 500 steps is: `terminated`, as CleanRL takes it (so that the value of the state that followed counts as
   * 0, which biases it), or `bootstrapped` from that value.
   */
  readonly truncation: 'terminated' | 'bootstrapped'
  /** Environment steps in all, from which the learning rate follows. Default: 500000. */
  readonly steps?: number
}

/**
 * Options of `train` for CleanRL's ppo.py on CartPole-v1, number for number: 4 copies of 128 steps, 4 epochs of 4 minibatches, gamma 0.99,
 * lambda 0.95, clip 0.2 of ratio and value, entropy 0.01, value 0.5, gradient norm 0.5, Adam with epsilon 1e-5, a rate from 2.5e-4 to 0 over
 * 976 updates, two separate networks of 64 and 64.
 *
 * Source: Huang et al. 2022, CleanRL, ppo.py.
 *
 * @param options  what truncation is, which has no default because theirs is not what the environment says
 *
 * @example
 * ```ts
 * import { cleanRlCartPole, train } from 'estimand/training'
 * const options = cleanRlCartPole({ truncation: 'terminated' })
 * options.updates // => 976
 * train({ ...options, seed: 1 }).next().rate // => 2.5e-4
 * ```
 */
export const cleanRlCartPole = (options: CleanRlOptions) => {
  refuseUnknown('cleanRlCartPole', options, ['truncation', 'steps'], "cleanRlCartPole({ truncation: 'bootstrapped' })")
  const { truncation, steps = 500_000 } = options
  if (truncation !== 'terminated' && truncation !== 'bootstrapped')
    throw new RangeError(`cleanRlCartPole: truncation: expected 'terminated' or 'bootstrapped', got ${shown(truncation)}`)
  checked('cleanRlCartPole: steps', steps, range.count)
  const environment = truncation === 'bootstrapped' ? cartPole() : pipe(cartPole({ steps: Infinity }), timeLimit({ steps: 500, as: 'TimeLimit' }))
  const { observation } = environment
  const hidden = [64, 64]
  const network = pipe(mlp({ observation, hidden, outputs: [policyOutput(2)] }), beside(mlp({ observation, hidden, outputs: [valueOutput] })))
  const updates = Math.max(1, Math.floor(steps / 512))
  return {
    ...ppo({
      environment,
      policy: policyOf(network, categorical(2)),
      rate: linearRate({ from: 2.5e-4, updates }),
      entropy: 0.01,
      valueClip: 0.2,
    }),
    updates,
  }
}
