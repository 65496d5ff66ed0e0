import { gae } from 'estimand'

export const wrong = gae({}) // refused: & Call<"gae({ lambda: 0.95 })">
