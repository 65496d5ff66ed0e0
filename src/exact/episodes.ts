import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import { hasParts, kinds, refuseArgument } from '../trajectories/argument.ts'
import { terminated, timeLimit } from '../trajectories/ends.ts'
import type { AllFacts } from '../trajectories/facts.ts'
import { fromSteps } from '../trajectories/fromSteps.ts'
import type { Steps } from '../trajectories/fromSteps.ts'
import { episodeNames } from '../trajectories/names.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import type { Trajectories } from '../trajectories/trajectories.ts'
import { refuseMdp } from './made.ts'
import { keyProblems } from '../trajectories/vocabulary.ts'
import type { Setting } from './setting.ts'
import { givesValues, settingProblems, valuesIn } from './setting.ts'
import { horizonProblems } from './bounds.ts'
import { modelOf } from './model.ts'
import type { Model } from './model.ts'
import { shapeProblem } from './shape.ts'
import { truth } from './truth.ts'

/** One recorded episode of a finite MDP. */
export interface Episode {
  /** s_t. [L] */
  readonly states: readonly number[]
  /** a_t. [L] */
  readonly actions: readonly number[]
  /** r_t. [L] */
  readonly rewards: readonly number[]
  /** s_{t+1}; -1 where it was not recorded. [L] */
  readonly nextStates?: readonly number[]
}

/** Recorded episodes as a batch, with the states and actions that a gradient needs. */
export interface RecordedBatch {
  /** s_t of each step. [sum L_i] */
  readonly state: Int32Array
  /** a_t of each step. [sum L_i] */
  readonly action: Int32Array
  readonly batch: Trajectories<AllFacts>
}

const numbers = t.readonlyArray(t.number, 'an array of numbers')
const Episodes = t.readonlyArray(
  t.intersection([t.type({ states: numbers, actions: numbers, rewards: numbers }), t.partial({ nextStates: numbers })], 'an object with states, actions, rewards'),
  'an array of episodes',
)

const among = (path: string, list: readonly number[], count: number, what: string): readonly Problem[] =>
  list.flatMap((x, t_) => (Number.isInteger(x) && x >= 0 && x < count ? [] : [{ path: `${path}[${t_}]`, expected: `${what} in 0 .. ${count - 1}`, got: shown(x) }]))

/** What is wrong with an episode: numbers out of range, lengths, steps that the MDP cannot take. */
const episodeProblems = (path: string, { states, actions, rewards, nextStates }: Episode, model: Model, terminal: readonly boolean[] | null): readonly Problem[] => {
  const { S, A, T, branches } = model
  const L = states.length
  if (L < 1 || L > T) return [{ path: `${path}.states`, expected: `1 to ${T} states, the horizon`, got: String(L) }]
  const lengths = (['actions', 'rewards', 'nextStates'] as const).flatMap((name) => {
    const column = { actions, rewards, nextStates }[name]
    return column === undefined || column.length === L ? [] : [{ path: `${path}.${name}`, expected: `${L} entries, as states has`, got: String(column.length) }]
  })
  const ranges = [
    ...among(`${path}.states`, states, S, 'a state'),
    ...among(`${path}.actions`, actions, A, 'an action'),
    ...rewards.flatMap((r, k) => (Number.isFinite(r) ? [] : [{ path: `${path}.rewards[${k}]`, expected: 'a finite number', got: shown(r) }])),
    ...(nextStates ?? []).flatMap((x, k) => (x === -1 ? [] : among(`${path}.nextStates`, [x], S, 'a state').map((problem) => ({ ...problem, path: `${path}.nextStates[${k}]` })))),
  ]
  if (lengths.length > 0 || ranges.length > 0) return [...lengths, ...ranges]
  const follower = (k: number): number => (k + 1 < L ? states[k + 1] : (nextStates?.[k] ?? -1))
  const problems: Problem[] = []
  for (let k = 0; k < L; k++) {
    if (terminal?.[states[k]] === true) problems.push({ path: `${path}.states[${k}]`, expected: 'a state in which the episode goes on', got: `${states[k]}, which is terminal` })
    const next = follower(k)
    if (nextStates !== undefined && k + 1 < L && nextStates[k] !== -1 && nextStates[k] !== next)
      problems.push({ path: `${path}.nextStates[${k}]`, expected: `${next}, the state that follows`, got: String(nextStates[k]) })
    if (next !== -1 && !branches[states[k] * A + actions[k]].some((branch) => branch.next === next))
      problems.push({ path: `${path}.states[${k}]`, expected: `a step that the MDP can take: P[${states[k]}][${actions[k]}][${next}] > 0`, got: '0' })
  }
  if (L < T && problems.length === 0) {
    const last = follower(L - 1)
    const over = last === -1 ? branches[states[L - 1] * A + actions[L - 1]].some(({ ends }) => ends) : terminal?.[last] === true
    if (!over) problems.push({ path: `${path}.states`, expected: `${T} steps, or an end in a terminal state`, got: `${L} steps` })
  }
  return problems
}

/**
 * Recorded episodes of a finite MDP as a batch: log-probs of both policies are put in, and the values that the setting gives.
 *
 * Each episode is checked against the MDP: states and actions that exist, steps that it can take, an end in a terminal state or at the
 * horizon.
 *
 * @param setting  the MDP, which of its policies sampled, what values the batch is to carry
 * @returns        a function from the episodes: states, actions and rewards of each, and the states that followed if they were recorded
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { bandit, episodes } from 'estimand/exact'
 * const recorded = episodes({ mdp: bandit([1, 0], [0.5, 0.5]) })([{ states: [0], actions: [0], rewards: [1] }])
 * pipe(recorded, E.map(({ batch }) => Array.from(batch.logProb, Math.exp))) // => E.right([0.5])
 * ```
 */
export const episodes =
  (setting: Setting) =>
  (trajectories: unknown): E.Either<readonly Problem[], RecordedBatch> => {
    const malformed = settingProblems(setting)
    if (malformed.length > 0) return E.left(malformed)
    const { mdp, sampling = 'target' } = setting
    const shape = Episodes.decode(trajectories)
    const strange = Array.isArray(trajectories) ? trajectories.flatMap((one: unknown, i) => keyProblems(`trajectories[${i}]`, one, episodeNames)) : []
    if (E.isLeft(shape))
      return E.left([
        ...strange,
        ...shape.left.map((error) => shapeProblem(error, '')).map(({ path, ...rest }) => ({ ...rest, path: path.startsWith('[') || path === '' ? `trajectories${path}` : `trajectories.${path}` })),
      ])
    const model = modelOf(mdp, sampling)
    const problems = [...(givesValues(setting) ? horizonProblems(mdp) : []), ...strange, ...shape.right.flatMap((episode, i) => episodeProblems(`trajectories[${i}]`, episode, model, mdp.terminal))]
    if (problems.length > 0) return E.left(problems)
    const { S, A, T } = model
    const { value, actionValue } = valuesIn(setting, model, truth)
    const stepsOf = ({ states, actions, rewards }: Episode): Steps => {
      const at = (k: number): number => states[k] * A + actions[k]
      return {
        reward: rewards,
        logProb: states.map((_, k) => model.logTarget[at(k)]),
        behaviourLogProb: states.map((_, k) => model.logSampler[at(k)]),
        ...(value === null ? {} : { value: states.map((s, k) => value[k * S + s]) }),
        ...(actionValue === null ? {} : { actionValue: states.map((_, k) => actionValue[k * S * A + at(k)]) }),
        end: rewards.length === T ? timeLimit : terminated,
      }
    }
    const built = fromSteps({
      discount: mdp.gamma,
      provenance: sampling === 'target' ? 'on-policy' : 'off-policy',
      episodes: 'complete',
      trajectories: shape.right.map(stepsOf),
    })
    // Which values it carries is known at run time only; needs are checked when an estimator meets it.
    return E.map((batch: object) => ({
      state: Int32Array.from(shape.right.flatMap(({ states }) => states)),
      action: Int32Array.from(shape.right.flatMap(({ actions }) => actions)),
      batch: batch as Trajectories<AllFacts>,
    }))(built)
  }

/**
 * The gradient that weights stand for, at the logits of a tabular softmax policy.
 *
 *     ghat_sa = sum_it W_it 1[s_it = s] (1[a_it = a] - pi(a|s))
 *
 * @param mdp       the MDP; its target policy is the one
 * @param recorded  states and actions of each step
 * @param weights   W. [sum L_i]
 * @returns         flat, row-major in (s, a). [S A]
 *
 * @example
 * ```ts
 * import { bandit, tabularGradient } from 'estimand/exact'
 * tabularGradient(bandit([1, 0], [0.5, 0.5]), { state: [0], action: [0] }, [2]) // => [1, -1]
 * ```
 */
export const tabularGradient = (
  mdp: Setting['mdp'],
  taken: { readonly state: ArrayLike<number>; readonly action: ArrayLike<number> },
  weights: ArrayLike<number>,
): readonly number[] => {
  refuseMdp('tabularGradient', mdp)
  refuseArgument('tabularGradient', taken, { expected: '{ state, action }, an index of each step', holds: (x) => hasParts(x) && kinds.numbers.holds(x['state']) && kinds.numbers.holds(x['action']) })
  refuseArgument('tabularGradient: weights', weights, { ...kinds.numbers, expected: 'an array of weights, one per step' })
  const { state, action } = taken
  const { A, S, target } = modelOf(mdp, 'target')
  const gradient = Array.from({ length: S * A }, () => 0)
  for (let k = 0; k < weights.length; k++) {
    const row = state[k] * A
    for (let a = 0; a < A; a++) gradient[row + a] += weights[k] * ((a === action[k] ? 1 : 0) - target[row + a])
  }
  return gradient
}
