import { pipe } from 'fp-ts/lib/function.js'
import { causality, clip, importance, meanOverTrajectories, perDecision, perStep, ratioOf, ratioSurrogate, reasons, reduce, returnCredit, totalReturn } from 'estimand'
import { describe, expect, it } from 'vitest'
import { thrown } from '../estimator/outcome.ts'

const formula = { text: 'sqrt(rho_t)', latex: '\\sqrt{\\rho_t}' }
const named = (word: string) =>
  ratioOf({ word, stage: 'step ratio', needs: [], reasons: [reasons['state distribution']], ratio: (log) => log.map((l) => Math.exp(l / 2)), formula, source: 'a test' })

describe('ratioSurrogate of a ratio of one’s own', () => {
  const sentence = 'IllegalStep: ratioSurrogate: only with importance(perStep), bare or clipped, is its derivative the weights; use surrogate'
  it('is refused before any batch is there, whatever the ratio calls itself', () => {
    for (const word of ['squareRoot', 'perStep']) {
      expect(thrown(() => pipe(totalReturn, importance(named(word)), ratioSurrogate(meanOverTrajectories)))).toBe(sentence)
      expect(thrown(() => pipe(totalReturn, importance(named(word)), clip({ epsilon: 0.2 }), ratioSurrogate(meanOverTrajectories)))).toBe(sentence)
    }
  })
  it('of perStep is not', () => {
    expect(thrown(() => pipe(totalReturn, importance(perStep), ratioSurrogate(meanOverTrajectories)))).toBe('nothing')
    expect(thrown(() => pipe(totalReturn, importance(perStep), clip({ epsilon: 0.2 }), ratioSurrogate(meanOverTrajectories)))).toBe('nothing')
  })
})

describe('a ratio per reward prints whose reward it weighs', () => {
  const twice = returnCredit({
    word: 'twice', needs: ['Reward'], reasons: [], objective: 'discounted', formula: { text: '2 R_i', latex: '2 R_i' }, source: 'a test',
    reward: (batch) => Float64Array.from(batch.reward, (r) => 2 * r),
  })
  const mean = reduce(meanOverTrajectories)
  it('of one’s own', () => {
    expect(pipe(twice, importance(perDecision), mean).formula).toEqual({
      text: '1/N (sum_u rho_{0:max(u,t)} gamma^u r_u[twice])',
      latex: '\\tfrac1N\\, \\left(\\textstyle\\sum_u \\rho_{0:\\max(u,t)} \\gamma^u r^{\\text{twice}}_u\\right)',
    })
    expect(pipe(twice, causality, importance(perDecision), mean).formula.text).toBe('1/N (sum_{u>=t} rho_{0:u} gamma^u r_u[twice])')
  })
  it('of the batch', () => expect(pipe(totalReturn, importance(perDecision), mean).formula.text).toBe('1/N (sum_u rho_{0:max(u,t)} gamma^u r_u)'))
})
