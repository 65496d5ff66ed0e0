import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { optionProblems, refuseUnknown, unknownKeys } from '../../src/trajectories/keys.ts'

const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 })

describe('keys of options', () => {
  it('are taken where all are known, and each other one is named with its position and those that are known', () => {
    fc.assert(
      fc.property(keys, keys, (known, given) => {
        const record = Object.fromEntries(given.map((key) => [key, 1]))
        const unknown = Object.keys(record).filter((key) => !known.includes(key))
        expect(unknownKeys('word', record, known).map(({ path }) => path)).toStrictEqual(unknown.map((key) => `word.${key}`))
        expect(unknownKeys('', record, known).map(({ path }) => path)).toStrictEqual(unknown)
        for (const { expected } of unknownKeys('word', record, known)) expect(expected).toContain(`one of ${known.join(', ')} (nearest: `)
        if (unknown.length === 0) expect(() => refuseUnknown('word', record, known)).not.toThrow()
        else expect(() => refuseUnknown('word', record, known)).toThrow(RangeError)
      }),
    )
  })

  it('are those of an object: anything else is answered with the right call', () => {
    for (const [x, got] of [[undefined, 'undefined'], [null, 'null'], [0.95, '0.95'], ['x', '"x"'], [[], '[]']] as const)
      expect(() => refuseUnknown('gae', x, ['lambda'], 'gae({ lambda: 0.95 })')).toThrow(new RangeError(`gae: expected options, such as gae({ lambda: 0.95 }), got ${got}`))
    expect(() => refuseUnknown('vtrace', 1, ['rhoBar', 'cBar'])).toThrow('vtrace: expected options, such as vtrace({ rhoBar: ..., cBar: ... }), got 1')
    expect(optionProblems('gae', () => 1, ['lambda'])[0].path).toBe('gae')
  })

  it('are refused in the words of the JSON form', () => {
    expect(() => refuseUnknown('clip', { epsilon: 0.2, epsilonHigh: 0.28 }, ['epsilon'])).toThrow('clip.epsilonHigh: expected one of epsilon (nearest: epsilon), got "epsilonHigh"')
    expect(() => refuseUnknown('vtrace', { rhobar: 1, cbar: 1 }, ['rhoBar', 'cBar'])).toThrow(/^vtrace\.rhobar: .*nearest: rhoBar.*\nvtrace\.cbar: .*nearest: cBar/)
  })
})
