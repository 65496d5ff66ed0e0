import { clip } from 'estimand'

export const wrong = clip({ epsilon: 0.2, epsilonHigh: 0.28 }) // refused: 'epsilonHigh' does not exist in type '{ readonly epsilon: number; } & Call<"clip({ epsilon: 0.2 })">'
