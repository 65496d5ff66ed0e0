import type { AnyEnvironment } from '../environment/environment.ts'
import type { SavedRun } from '../environment/lockStep.ts'
import type { Space } from '../environment/space.ts'
import type { Actions, Floats } from '../policy/floats.ts'
import type { Policy } from '../policy/policy.ts'
import type { StateValue } from '../trajectories/facts.ts'
import type { Problem } from '../trajectories/problem.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import type * as E from 'fp-ts/lib/Either.js'

/** The facts of a sampled batch: a network whose second output block is a value adds the values of its states. */
export type SampledFacts<Facts, Out extends readonly number[]> = Facts & (Out extends readonly [number, 1] ? StateValue : unknown)

/** A batch, and beside it what a gradient needs: row k of each array belongs to step k of the batch's columns. */
export interface Sampled<out Facts> {
  readonly batch: Trajectories<Facts>
  /** [sum L_i, sizeOf(observation)] */
  readonly observations: Float32Array
  /** [sum L_i, sizeOf(action)] */
  readonly actions: Actions
  /** Parameters of the distributions that the actions were drawn from. [sum L_i, P] */
  readonly distribution: Floats
  /** Sum of the rewards, as the environment itself pays them, of each episode that ended in the batch. */
  readonly returns: readonly number[]
  /** Steps of each episode that ended in the batch. */
  readonly lengths: readonly number[]
}

/** Who acts: a policy and its parameters of the moment. */
export interface Actor<out O extends Space, out A extends Space, out Out extends readonly number[]> {
  readonly policy: Policy<O, A, Out>
  readonly parameters: Floats
  /** Version of the parameters. */
  readonly version: number
}

/** A sampler at work: where its environments are, and its random numbers. */
export interface Sampling<in O extends Space, in A extends Space, out Facts> {
  /** The next batch. Whole: nothing of it is overwritten by later ones. */
  readonly sample: <Out extends readonly number[]>(actor: Actor<O, A, Out>) => Sampled<SampledFacts<Facts, Out>>
  /** All that it is, as plain data for JSON. */
  readonly save: () => unknown
  /** What the run of the environment remembers at present, in its order: `evaluate(training, ...)` acts with what it has learnt. Left out: not said. */
  readonly learnt?: () => SavedRun['memory']
  /** Remembers where the sampling is, and gives the way back there, to the last bit; called before each batch. Left out: there is none. */
  readonly mark?: () => () => void
}

/**
 * How batches come about: a value, which `open` sets to work.
 *
 * @typeParam O      space of the observations
 * @typeParam A      space of the actions
 * @typeParam Facts  what its batches carry, whoever acts
 */
export interface Sampler<in O extends Space, in A extends Space, out Facts> {
  readonly name: string
  /** What is acted in; null where episodes were recorded elsewhere. */
  readonly environment: AnyEnvironment | null
  /** Begins with a seed: the same seed and the same actors give the same batches. */
  readonly open: (seed: number) => Sampling<O, A, Facts>
  /** Goes on from what `save` gave, bit for bit; every misfit is listed. */
  readonly restore: (saved: unknown) => E.Either<readonly Problem[], Sampling<O, A, Facts>>
}

/** Whether the second output block of a network is a state value. */
export const hasValue = (outputs: readonly number[]): boolean => outputs.length === 2 && outputs[1] === 1
