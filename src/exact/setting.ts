import { kinds, oneOf, whatItIs } from '../trajectories/argument.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import type { ActionValue, BehaviourLogProb, CompleteEpisodes, OffPolicy, OnPolicy, Reward, StateValue } from '../trajectories/facts.ts'
import type { Fields } from '../trajectories/fields.ts'
import { fieldProblems, optional } from '../trajectories/fields.ts'
import { isPlain } from '../trajectories/keys.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import type { Refused } from '../weighting/step.ts'
import { unmetNeeds } from '../estimator/needs.ts'
import type { Batch } from '../trajectories/trajectories.ts'
import { keyProblems } from '../trajectories/vocabulary.ts'
import type { ActionValueTable, Values, ValueTable } from './facts.ts'
import { flatActionValues, flatValues } from './facts.ts'
import { aSampling, anMdp, mdpProblems } from './made.ts'
import type { Mdp } from './mdp.ts'
import type { Model, Sampling } from './model.ts'
import { settingNames } from './names.ts'
import type { Truth } from './truth.ts'

/** Where an estimator is to be evaluated. */
export interface Setting {
  readonly mdp: Mdp
  /** Which policy samples the batch. Default: the target policy, so that data are on-policy. */
  readonly sampling?: Sampling
  /** N, trajectories in a batch. Default 1, or 2 for an estimator that couples them. */
  readonly batchSize?: number
  /** State values that the batch carries: exact ones of either policy, or a table. */
  readonly value?: 'exact' | 'exactBehaviour' | ValueTable
  /** Action values that the batch carries. */
  readonly actionValue?: 'exact' | 'exactBehaviour' | ActionValueTable
  /** Most trajectories, or N-tuples of them, to go through; the work on each is bounded as well. Default 600,000. */
  readonly limit?: number
  /** Default: the diagonal alone. */
  readonly covariance?: 'diagonal' | 'full'
}

/** The facts that a batch has in a setting. */
export type FactsIn<S extends Setting> = Reward &
  BehaviourLogProb &
  CompleteEpisodes &
  (S extends { readonly mdp: unknown; readonly sampling?: 'target' } ? OnPolicy : OffPolicy) &
  (S extends { readonly value: unknown } ? StateValue : unknown) &
  (S extends { readonly actionValue: unknown } ? ActionValue : unknown)

/** A field that no setting has, where the compiler prints which there are: it does not look for those of a literal that a type parameter takes. */
export type NoOthers<S> = {
  readonly [K in Exclude<keyof S, keyof Setting>]: Refused<'expected one of mdp, sampling, batchSize, value, actionValue, limit, covariance'>
}

/** The limit of a setting that names none. */
export const defaultLimit = 600_000

/** N of an estimator in a setting. */
export const batchSizeOf = ({ coupling }: Pick<AnyEstimator, 'coupling'>, { batchSize }: Pick<Setting, 'batchSize'>): number =>
  batchSize ?? (coupling === 'none' ? 1 : 2)

/** Whether batches carry values, which are tables by time. */
export const givesValues = ({ value, actionValue }: Setting): boolean => value !== undefined || actionValue !== undefined

/** Which values batches carry, without the numbers: for asking what they lack. */
export const carriedIn = ({ value, actionValue }: Setting): Values => ({
  value: value === undefined ? null : new Float64Array(0),
  actionValue: actionValue === undefined ? null : new Float64Array(0),
})

/** What a batch of a world lacks of what an estimator needs; a fact that no world has is weighed on batches that have it. */
export const unmetInWorlds = (needs: readonly string[], sample: Batch): readonly string[] =>
  unmetNeeds(needs, sample).map((sentence) =>
    sentence.replace(/; give (group|referenceLogProb|rolloutLogProb) to fromSteps$/, '; no world has $1: weigh batches that have it, with estimate'),
  )

/** The values that a setting gives, as flat tables. What is true of the MDP is asked for where it is needed alone. */
export const valuesIn = (setting: Setting, model: Model, truthOf: (mdp: Mdp) => Truth): Values => {
  const { mdp, value, actionValue } = setting
  const known = [value, actionValue].some((source) => source === 'exact' || source === 'exactBehaviour') ? truthOf(mdp) : null
  const from = <X>(source: 'exact' | 'exactBehaviour' | X, own: X | undefined, behaviour: X | undefined): X =>
    // Where one of the two is asked for, it is known.
    source === 'exact' ? (own as X) : source === 'exactBehaviour' ? (behaviour as X) : source
  return {
    value: value === undefined ? null : flatValues(from<ValueTable>(value, known?.V, known?.VBehaviour), model),
    actionValue: actionValue === undefined ? null : flatActionValues(from<ActionValueTable>(actionValue, known?.Q, known?.QBehaviour), model),
  }
}

const isValues = (x: unknown): boolean => x === 'exact' || x === 'exactBehaviour' || Array.isArray(x)

const fields: Fields<Omit<Setting, 'mdp'>> = {
  sampling: optional(aSampling),
  batchSize: optional(kinds.anything),
  value: optional({ expected: "'exact', 'exactBehaviour', or a table [t][s]", holds: isValues }),
  actionValue: optional({ expected: "'exact', 'exactBehaviour', or a table [t][s][a]", holds: isValues }),
  limit: optional(kinds.anything),
  covariance: optional(oneOf('diagonal', 'full')),
}

/** What is wrong with the form of a setting: that it has no MDP, or a field that nobody reads. */
const formProblems = (setting: unknown): readonly Problem[] => {
  if (!isPlain(setting))
    return [{ path: 'setting', expected: "an object with mdp, such as exact({ mdp: worlds.rtgRaisesVariance.mdp, value: 'exact' })", got: whatItIs(setting) }]
  const strange = keyProblems('', setting, settingNames)
  const wrong = strange.length > 0 ? strange : fieldProblems('', setting, { mdp: { ...anMdp, holds: () => true }, ...fields })
  return setting['mdp'] === undefined ? wrong : [...wrong, ...mdpProblems('mdp', setting['mdp'])]
}

/** What is wrong with a setting: its form, its tables and its numbers. */
export const settingProblems = (setting: Setting): readonly Problem[] => {
  const malformed = formProblems(setting)
  if (malformed.length > 0) return malformed
  const { S, A, T } = setting.mdp
  const problems: Problem[] = []
  const finite = (path: string, row: unknown, length: number, orMore: number = length): void => {
    if (!Array.isArray(row) || row.length < length || row.length > orMore)
      problems.push({ path, expected: `an array of ${length} numbers`, got: Array.isArray(row) ? `${row.length} entries` : shown(row) })
    else
      for (const [k, x] of row.entries())
        if (typeof x !== 'number' || !Number.isFinite(x)) problems.push({ path: `${path}[${k}]`, expected: 'a finite number', got: shown(x) })
  }
  const { value, actionValue, batchSize = 1, limit = defaultLimit } = setting
  if (Array.isArray(value)) {
    if (!value.some(Array.isArray)) finite('value', value, S)
    else if (value.length < T || value.length > T + 1)
      problems.push({ path: 'value', expected: `${T} rows, one per time index`, got: String(value.length) })
    else for (const [t, row] of value.entries()) finite(`value[${t}]`, row, S)
  }
  if (Array.isArray(actionValue)) {
    if (actionValue.length < T) problems.push({ path: 'actionValue', expected: `${T} tables, one per time index`, got: String(actionValue.length) })
    for (let t = 0; t < Math.min(T, actionValue.length); t++)
      for (let s = 0; s < S; s++) finite(`actionValue[${t}][${s}]`, (actionValue[t] as readonly unknown[] | undefined)?.[s], A)
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1)) problems.push({ path: 'batchSize', expected: 'an integer >= 1', got: shown(batchSize) })
  if (!(limit > 0)) problems.push({ path: 'limit', expected: 'a number > 0', got: shown(limit) })
  return problems
}
