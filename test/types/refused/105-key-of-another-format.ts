import { fromPadded } from 'estimand'
const truncations = [[0, 1, 0, 0]]
export const batch = fromPadded({
  discount: 1,
  provenance: 'on-policy',
  episodes: 'segments',
  reward: [[1, 1, 1, 1]],
  terminated: [[0, 0, 0, 1]],
  truncations, // refused: no key truncations here: see the names that its input has
})
