import { clip } from 'estimand'

export const wrong = clip({ eps: 0.2 }) // refused: 'eps' does not exist in type '{ readonly epsilon: number; } & Call<"clip({ epsilon: 0.2 })">'
