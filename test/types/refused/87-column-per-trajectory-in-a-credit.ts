import { returnCredit } from 'estimand'

export const wrong = returnCredit({ word: 'mine', needs: ['Group'], reasons: [], objective: 'discounted', formula: { text: '', latex: '' }, source: 'a test', reward: ({ group }) => group }) // refused: is not assignable to type '"per step"'
