import type { CompleteEpisodes } from '../trajectories/facts.ts'
import { shown } from '../trajectories/problem.ts'
import type { Reason } from '../weighting/reason.ts'
import { reasons } from '../weighting/reason.ts'

/** Whether the episodes of a batch have to be complete, or may be cut: then a bootstrap value stands for what came after. */
export type Episodes = 'complete' | 'segments'

/** The option of credits that read bootstrap values. */
export interface EpisodesOption<E extends Episodes = Episodes> {
  /** `complete`: the batch has to have complete episodes. `segments`, or left out: trajectories may be cut anywhere. */
  readonly episodes?: E
}

/** What it needs of a batch. */
export type NeedOf<E extends Episodes> = 'complete' extends E ? CompleteEpisodes : unknown

/** Why a credit is biased in which all values cancel but the bootstrap values. */
export type BiasAtCuts<E extends Episodes> = 'segments' extends E ? 'inexact values at cuts' : never

/** What the option means: how it stands in JSON, what it needs, and the reason for a bias that only cuts bring. */
export interface OverEpisodes {
  readonly argument: EpisodesOption
  readonly needs: readonly 'CompleteEpisodes'[]
  readonly reasonsAtCuts: readonly Reason[]
}

/** The option if it is one of the two or left out; a `RangeError` that says so otherwise. */
export const checkedEpisodes = (word: string, { episodes }: EpisodesOption): OverEpisodes => {
  switch (episodes) {
    case undefined:
      return { argument: {}, needs: [], reasonsAtCuts: [reasons['inexact values at cuts']] }
    case 'segments':
      return { argument: { episodes }, needs: [], reasonsAtCuts: [reasons['inexact values at cuts']] }
    case 'complete':
      return { argument: { episodes }, needs: ['CompleteEpisodes'], reasonsAtCuts: [] }
    default:
      throw new RangeError(`${word}: episodes: expected 'complete' or 'segments', got ${shown(episodes)}`)
  }
}
