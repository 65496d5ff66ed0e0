import { gae } from 'estimand'

export const wrong = gae({ lamda: 1 }) // refused: 'lamda' does not exist in type
