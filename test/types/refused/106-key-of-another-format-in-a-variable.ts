import { fromColumns, terminated } from 'estimand'
const input = { discount: 1, provenance: 'on-policy', episodes: 'complete', offsets: [0, 1], rewards: [1], ends: [terminated] } as const
export const batch = fromColumns(input) // refused: no key rewards here: see the names that its input has
