import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeProblems, shown } from '../../src/trajectories/problem.ts'
import { visible } from '../../src/trajectories/visible.ts'
import { seed } from '../seed/seed.ts'

/** What a terminal obeys or hides, by ranges of its own and not by the classes that `visible` names. */
const obeyed = [
  [0x00, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x61c, 0x61c], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x2069], [0xd800, 0xdfff], [0xfeff, 0xfeff],
] as const

const isObeyed = (text: string): boolean => Array.from(text).some((character) => obeyed.some(([first, last]) => first <= character.codePointAt(0)! && character.codePointAt(0)! <= last))
const anything = fc.string({ unit: fc.oneof(fc.constantFrom(...obeyed.flat().map((code) => String.fromCharCode(code))), fc.string({ minLength: 1, maxLength: 2, unit: 'binary' })) })

describe('visible', () => {
  it('leaves nothing that a terminal obeys, and is read back by JSON as what it was', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(isObeyed(visible(text))).toBe(false)
        const json = visible(JSON.stringify(text))
        expect(isObeyed(json)).toBe(false)
        expect(JSON.parse(json)).toBe(text)
      }),
      { numRuns: 2000, seed },
    )
  })

  it('leaves what can be read as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', 'é', '漢', '😀', '█') }), (text) => {
        expect(visible(text)).toBe(text)
      }),
      { seed },
    )
  })

  it('covers what the field of attack names: titles, colours, other directions', () => {
    expect(visible('\u001b]0;title\u0007 \u009b31m \u202eevil \u2066 \u007f \ud800')).toBe('\\u001b]0;title\\u0007 \\u009b31m \\u202eevil \\u2066 \\u007f \\ud800')
  })

  it('holds for problems, each of which stays one line, and for what is shown', () => {
    fc.assert(
      fc.property(anything, anything, anything, (path, expected, got) => {
        const line = describeProblems([{ path, expected, got: shown({ [got]: got }) }])
        expect(isObeyed(line)).toBe(false)
        expect(isObeyed(shown(got))).toBe(false)
      }),
      { numRuns: 500, seed },
    )
  })
})
