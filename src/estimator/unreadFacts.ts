import { kinds, refuseArgument } from '../trajectories/argument.ts'
import type { Batch } from '../trajectories/trajectories.ts'
import type { Composition, Estimator } from './estimator.ts'
import { refuseUnreduced } from './estimator.ts'

/** Words that make one number, or one a time, of the returns or credits of the whole batch. */
const pooling: readonly string[] = ['batchMean', 'leaveOneOut', 'batchStd', 'whitenSteps']

/** Names in what a word takes: a bare name, or the key of its options. */
const namesIn = (argument: unknown): readonly string[] =>
  typeof argument === 'string' ? [argument] : typeof argument === 'object' && argument !== null ? Object.keys(argument) : []

const wordsIn = (composition: Composition): readonly string[] =>
  composition._tag === 'pipeline' ? composition.words.flatMap(({ word, argument }) => [word, ...namesIn(argument)]) : composition.parts.flatMap(wordsIn)

/** Words of an estimator that pool over the whole batch; none where it reads groups. */
export const poolsWith = <N, B extends string>({ composition, needs }: Pick<Estimator<N, B>, 'composition' | 'needs'>): readonly string[] => {
  const words = wordsIn(composition)
  return needs.includes('Group') ? [] : pooling.filter((word) => words.includes(word))
}

/** More than one group, each of which somebody may expect to be pooled by itself. */
const isGrouped = (batch: Batch): boolean => {
  const { group } = batch as { readonly group?: ArrayLike<number> }
  if (group === undefined) return false
  for (let i = 1; i < group.length; i++) if (group[i] !== group[0]) return true
  return false
}

/**
 * Facts of a batch that an estimator does not read although they change what its user would expect, a sentence each: the groups of a batch,
 * where words of the pipeline pool over the whole of it.
 *
 * No built-in word reads `group`. Until one does, give each group as a batch of its own (`select`), or write a word that needs Group.
 *
 * @param e  any estimator
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import * as E from 'fp-ts/lib/Either.js'
 * import { baseline, fromSteps, leaveOneOut, meanOverTrajectories, reduce, totalReturn, unreadFacts } from 'estimand'
 * const e = pipe(totalReturn, baseline(leaveOneOut), reduce(meanOverTrajectories))
 * const answer = (group: number, reward: number) => ({ group, reward: [reward], end: 'terminated' }) as const
 * const batch = fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [answer(0, 1), answer(1, 5)] })
 * pipe(batch, E.map(unreadFacts(e)))
 * // => E.right(['group is not read: leaveOneOut pools over the whole batch; give each group as a batch of its own (select), or a word that needs Group'])
 * ```
 */
export const unreadFacts = <N, B extends string>(e: Estimator<N, B>) => {
  refuseUnreduced(e, 'unreadFacts')
  return (batch: Batch): readonly string[] => {
    refuseArgument('unreadFacts', batch, kinds.batch)
    const words = poolsWith(e)
    return words.length > 0 && isGrouped(batch)
      ? [`group is not read: ${words.join(' and ')} ${words.length === 1 ? 'pools' : 'pool'} over the whole batch; give each group as a batch of its own (select), or a word that needs Group`]
      : []
  }
}
