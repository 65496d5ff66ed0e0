import { nStep } from 'estimand'

export const wrong = nStep(5) // refused: & Call<"nStep({ n: 5 })">
