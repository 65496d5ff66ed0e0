import { gae } from 'estimand'

export const wrong = gae({ lambda: 0.95, gamma: 0.99 }) // refused: 'gamma' does not exist in type
