import { vtrace } from 'estimand'

export const wrong = vtrace(1) // refused: & Call<"vtrace({ rhoBar: 1, cBar: 1 })">
