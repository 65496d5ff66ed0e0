import type { OnPolicy } from '../trajectories/facts.ts'
import type { BeforeImportance, Stage } from './stage.ts'

/** What a weighting needs for want of a ratio: a weighting in which no importance came by needs on-policy data. */
export type Provenance<S> = S extends BeforeImportance ? OnPolicy : unknown

const beforeImportance: { readonly [S in BeforeImportance]: true } = {
  'whole return': true,
  'reward-to-go': true,
  'step credit': true,
  normalised: true,
}

/** Whether no importance has come by in a stage: `Provenance` at run time. */
export const needsOnPolicy = (stage: Stage): boolean => stage in beforeImportance
