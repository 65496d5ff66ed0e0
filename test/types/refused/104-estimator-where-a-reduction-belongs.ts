import { meanOverTrajectories, reduce, totalReturn } from 'estimand'

const e = reduce(meanOverTrajectories)(totalReturn)
export const wrong = reduce(e) // refused: & Call<"reduce(meanOverTrajectories)">
