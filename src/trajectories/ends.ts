import { refuseUnknown, isRecord } from './keys.ts'
import { numberIn } from './numbers.ts'

/** The episode is over: the environment has no further reward. No bootstrap value exists. */
export interface Terminated {
  readonly _tag: 'Terminated'
}
/** The horizon of the problem was reached. A true end, as `Terminated` is: the time limit belongs to the problem. */
export interface TimeLimit {
  readonly _tag: 'TimeLimit'
}
/**
 * The episode was cut although it goes on. `successor` is the observation that followed the last action, `value` its
 * state value: the only end that has a bootstrap value.
 */
export interface Truncated {
  readonly _tag: 'Truncated'
  readonly successor?: unknown
  /** V(successor), in units of return. Needed by gae, nStep and vtrace. */
  readonly value?: number
}
/** How a trajectory ends: one tagged value instead of two flags, so that contradictions cannot be written. */
export type End = Terminated | TimeLimit | Truncated

/** What is known of a cut: the successor observation and its state value. */
export type Cut = Omit<Truncated, '_tag'>

/** How a trajectory ends, as inputs may say it: a value, or what JSON has for it. */
export type EndInput = End | 'terminated' | 'timeLimit' | 'truncated' | { readonly truncated: Cut }

/**
 * The end of an episode that is over.
 *
 * @example
 * ```ts
 * import { terminated } from 'estimand'
 * terminated // => { _tag: 'Terminated' }
 * ```
 */
export const terminated: Terminated = { _tag: 'Terminated' }

/**
 * The end of an episode at the horizon of the problem.
 *
 * @example
 * ```ts
 * import { timeLimit } from 'estimand'
 * timeLimit // => { _tag: 'TimeLimit' }
 * ```
 */
export const timeLimit: TimeLimit = { _tag: 'TimeLimit' }

/**
 * The end of a trajectory that was cut while its episode goes on, as at the boundary of a fixed-length rollout.
 *
 * @param cut  the successor observation and its state value
 *
 * @example
 * ```ts
 * import { truncated } from 'estimand'
 * truncated({ value: 1.5 }) // => { _tag: 'Truncated', value: 1.5 }
 * ```
 */
export const truncated = (cut: Cut): Truncated => {
  refuseUnknown('truncated', cut, ['successor', 'value'], 'truncated({ value: 1.5 })')
  return { _tag: 'Truncated', ...cut }
}

/** The cut that an input describes, and the part of its path; null where it is none. */
export const cutOf = (x: unknown): { readonly within: '' | '.truncated'; readonly cut: Readonly<Record<string, unknown>> } | null => {
  if (!isRecord(x)) return null
  const { _tag, ...cut } = x
  if (_tag === 'Truncated') return { within: '', cut }
  return isRecord(x['truncated']) && Object.keys(x).length === 1 ? { within: '.truncated', cut: x['truncated'] } : null
}

/** The end that an input stands for; null where it stands for none. */
export const endOf = (x: unknown): End | null => {
  if (x === 'terminated') return terminated
  if (x === 'timeLimit') return timeLimit
  if (x === 'truncated') return truncated({})
  const found = cutOf(x)
  // Other keys of it are problems of their own.
  if (found !== null) return { _tag: 'Truncated', ...found.cut, ...('value' in found.cut ? { value: numberIn(found.cut['value']) as number } : {}) }
  const tag = isRecord(x) ? x['_tag'] : undefined
  return tag === 'Terminated' ? terminated : tag === 'TimeLimit' ? timeLimit : null
}
