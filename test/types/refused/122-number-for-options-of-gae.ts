import { gae } from 'estimand'

export const wrong = gae(0.95) // refused: & Call<"gae({ lambda: 0.95 })">
