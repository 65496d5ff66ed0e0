import type { Column, PerStep, PerTrajectory } from '../columns/column.ts'

/** The reward that each decision earned. */
export interface Reward {
  /** r_t, the reward of decision t. [sum L_i] */
  readonly reward: Column<PerStep>
}
/** Log-probability of each action under the policy that is being improved. */
export interface LogProb {
  /** log pi(a_t | s_t) at the current parameters, nats. [sum L_i] */
  readonly logProb: Column<PerStep>
}
/** Log-probability of each action under the policy that sampled it, and under the current one: all that a ratio needs. */
export interface BehaviourLogProb extends LogProb {
  /** log mu(a_t | s_t), recorded when a_t was drawn, nats. [sum L_i] */
  readonly behaviourLogProb: Column<PerStep>
}
/** State values, with the bootstrap value of trajectories that were cut. */
export interface StateValue {
  /** V(s_t, t). [sum L_i] */
  readonly value: Column<PerStep>
  /** V of the successor of a `Truncated` trajectory, 0 where the episode is over. [N] */
  readonly bootstrapValue: Column<PerTrajectory>
}
/** Action values. */
export interface ActionValue {
  /** Q(s_t, a_t, t). [sum L_i] */
  readonly actionValue: Column<PerStep>
}
/** Which trajectories belong together, such as the answers to one prompt. For modifiers of your own. */
export interface Group {
  /** Number of the group of each trajectory. [N] */
  readonly group: Column<PerTrajectory>
}
/** Log-probability under a fixed reference policy. For penalties and modifiers of your own. */
export interface ReferenceLogProb {
  /** log pi_ref(a_t | s_t), nats. [sum L_i] */
  readonly referenceLogProb: Column<PerStep>
}
/** Log-probability that the sampling engine itself reported, where it differs from the trainer's. */
export interface RolloutLogProb {
  /** log mu_rollout(a_t | s_t), nats. [sum L_i] */
  readonly rolloutLogProb: Column<PerStep>
}

/** What a batch of pieces of episodes says where complete ones are needed: the sentence tells what to do. */
export const segments = 'segments: a return needs complete episodes; use gae, nStep or vtrace, or sample whole episodes'
/** What reused data says where fresh data are needed: the sentence tells what to do. */
export const offPolicy = 'off-policy: add importance(...) to the pipeline, or sample again'

/** Every trajectory begins at time 0 and ends where its episode ends. */
export interface CompleteEpisodes {
  readonly episodes: 'complete'
}
/** Trajectories may begin or stop in mid-episode, as fixed-length rollouts do. */
export interface Segments {
  readonly episodes: typeof segments
}
/** The policy that is being improved sampled the data, at these very parameters. */
export interface OnPolicy {
  readonly provenance: 'on-policy'
}
/** Another policy, or an earlier version of this one, sampled the data. */
export interface OffPolicy {
  readonly provenance: typeof offPolicy
}

/** The facts by name. A need is named by its fact; any other name is a per-step column of your own. */
export interface FactTable {
  Reward: Reward
  LogProb: LogProb
  BehaviourLogProb: BehaviourLogProb
  StateValue: StateValue
  ActionValue: ActionValue
  Group: Group
  ReferenceLogProb: ReferenceLogProb
  RolloutLogProb: RolloutLogProb
  CompleteEpisodes: CompleteEpisodes
  OnPolicy: OnPolicy
}

/** Name of a fact. */
export type FactName = keyof FactTable

/** The fact that a name stands for; a name that is no fact's is a per-step column of your own. */
export type FactNamed<Name extends string> = Name extends FactName ? FactTable[Name] : { readonly [K in Name]: Column<PerStep> }

/** The facts that several names stand for, all of them: `FactsNamed<'Reward' | 'StateValue'>` is `Reward & StateValue`. */
export type FactsNamed<Name extends string> = [Name] extends [never]
  ? unknown
  : (Name extends string ? (fact: FactNamed<Name>) => void : never) extends (fact: infer Facts) => void
    ? Facts
    : never

/** Every fact that a weighting may need, in one type: what a pipeline put together at run time is taken to need. */
export type AllFacts = FactsNamed<FactName>

/** Columns that a fact consists of, besides what provenance and episodes say. */
export const factColumns: { readonly [F in FactName]: readonly string[] } = {
  Reward: ['reward'],
  LogProb: ['logProb'],
  BehaviourLogProb: ['logProb', 'behaviourLogProb'],
  StateValue: ['value', 'bootstrapValue'],
  ActionValue: ['actionValue'],
  Group: ['group'],
  ReferenceLogProb: ['referenceLogProb'],
  RolloutLogProb: ['rolloutLogProb'],
  CompleteEpisodes: [],
  OnPolicy: [],
}
