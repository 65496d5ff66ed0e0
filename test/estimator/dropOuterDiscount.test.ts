import { pipe } from 'fp-ts/lib/function.js'
import { advantage, baseline, causality, cloning, constant, dropOuterDiscount, gae, stepCredit, totalReturn, vtrace } from 'estimand'
import { describe, expect, it } from 'vitest'
import { thrown } from './outcome.ts'

const undiscounted = totalReturn({ objective: 'undiscounted' })
const novelty = (outer: 'discount' | 'none') =>
  stepCredit({ word: 'novelty', needs: [], reasons: [], outer, formula: { text: 'n_t', latex: 'n_t' }, source: 'a test', column: () => new Float64Array(0) })

describe('dropOuterDiscount', () => {
  it('is refused where there is no outer factor, or none any more', () => {
    const sentence = 'IllegalStep: dropOuterDiscount: there is no outer factor, or it is dropped already; remove dropOuterDiscount'
    expect(thrown(() => pipe(totalReturn, causality, dropOuterDiscount, dropOuterDiscount))).toBe(sentence)
    expect(thrown(() => pipe(totalReturn, causality, dropOuterDiscount, baseline(constant(1)), dropOuterDiscount))).toBe(sentence)
    expect(thrown(() => pipe(vtrace({ rhoBar: 1, cBar: 1 }), dropOuterDiscount, dropOuterDiscount))).toBe(sentence)
    expect(thrown(() => pipe(undiscounted, causality, dropOuterDiscount))).toBe(sentence)
    expect(thrown(() => pipe(cloning, dropOuterDiscount))).toBe(sentence)
    expect(thrown(() => pipe(novelty('none'), dropOuterDiscount))).toBe(sentence)
  })
  it('elsewhere drops it, and says so', () => {
    for (const w of [pipe(totalReturn, causality), gae({ lambda: 1 }), advantage, vtrace({ rhoBar: 1, cBar: 1 }), novelty('discount')]) {
      const dropped = dropOuterDiscount(w as typeof advantage)
      expect(w.formula.outer).not.toBeNull()
      expect(dropped.formula.outer).toBeNull()
      expect(dropped.reasons.map(({ name }) => name)).toContain('outer discount dropped')
    }
  })
  it('on a whole return says what is missing', () =>
    expect(thrown(() => dropOuterDiscount(undiscounted as never))).toBe('IllegalStep: dropOuterDiscount: a whole return has no outer factor; put causality before it'))
})
