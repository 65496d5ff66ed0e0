import { fromSteps, terminated } from 'estimand'
export const batch = fromSteps({
  discount: 1,
  provenance: 'on-policy',
  episodes: 'segments',
  trajectories: [{ reward: [1], end: terminated }, { reward: [1], start_time: 5, end: terminated }], // refused: no key start_time here: see the names that its input has
})
