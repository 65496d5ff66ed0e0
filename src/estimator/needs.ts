import { kinds, whatItIs } from '../trajectories/argument.ts'
import { factColumns, offPolicy } from '../trajectories/facts.ts'
import type { FactName } from '../trajectories/facts.ts'
import type { Batch } from '../trajectories/trajectories.ts'
import { stepCount } from '../trajectories/trajectories.ts'

const remedies: { readonly [F in FactName]: string } = {
  Reward: 'give reward to fromSteps',
  LogProb: 'give logProb to fromSteps',
  BehaviourLogProb: 'record the log-probability of each action when it is drawn, and give behaviourLogProb to fromSteps',
  StateValue: 'give value to fromSteps, and a value to each truncated end',
  ActionValue: 'give actionValue to fromSteps',
  Group: 'give group to fromSteps',
  ReferenceLogProb: 'give referenceLogProb to fromSteps',
  RolloutLogProb: 'give rolloutLogProb to fromSteps',
  CompleteEpisodes: 'use gae, nStep or vtrace, or sample whole episodes',
  OnPolicy: 'add importance(...) to the pipeline, or sample again',
}

const isFact = (name: string): name is FactName => Object.hasOwn(remedies, name)

const has = (batch: object, name: string): boolean => Object.hasOwn(batch, name)

const unmet = (name: string, batch: Batch & { readonly provenance?: unknown; readonly episodes?: unknown }): string | null => {
  if (!isFact(name)) return has(batch, name) ? null : `the batch has no column ${name}; add it with withColumn`
  if (name === 'CompleteEpisodes') return batch.episodes === 'complete' ? null : `the batch lacks ${name}; ${remedies[name]}`
  if (name === 'OnPolicy') {
    if (batch.provenance !== 'on-policy') return batch.provenance === offPolicy ? offPolicy : `the batch lacks ${name}; ${remedies[name]}`
    return batch.version === batch.currentVersion
      ? null
      : `the batch was sampled by version ${batch.version} of the parameters, which are now at version ${batch.currentVersion}; ${remedies[name]}`
  }
  const missing = factColumns[name].filter((column) => !has(batch, column))
  if (missing.length > 0) return `the batch lacks ${name} (${missing.join(', ')}); ${remedies[name]}`
  const misfit = factColumns[name].find((column) => lengthOf(batch, column) !== (perTrajectory.includes(column) ? batch.count : stepCount(batch)))
  return misfit === undefined
    ? null
    : `${misfit} has ${lengthOf(batch, misfit)} entries in a batch of ${batch.count} trajectories and ${stepCount(batch)} steps; make batches with fromSteps or fromColumns`
}

const perTrajectory: readonly string[] = ['bootstrapValue', 'group']

const lengthOf = (batch: object, name: string): unknown => (batch as Readonly<Record<string, ArrayLike<number>>>)[name]?.length

/** The needs that a batch does not meet, by name. */
export const lacking = (needs: readonly string[], batch: Batch): readonly string[] => (kinds.batch.holds(batch) ? needs.filter((name) => unmet(name, batch) !== null) : [])

/** What a batch lacks of what an estimator needs, a sentence each that says what to do; empty where it lacks nothing. */
export const unmetNeeds = (needs: readonly string[], batch: Batch): readonly string[] =>
  kinds.batch.holds(batch)
    ? [...(batch.count > 0 ? [] : ['the batch holds no trajectory; sample at least one']), ...needs.flatMap((name) => unmet(name, batch) ?? [])]
    : [`expected ${kinds.batch.expected}, got ${whatItIs(batch)}`]
