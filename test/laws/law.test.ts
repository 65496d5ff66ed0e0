import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tryLaw } from 'estimand/laws'
import type { Law } from 'estimand/laws'
import { seed } from '../seed/seed.ts'

const throwing = (what: unknown): Law<number> => ({
  name: 'small',
  states: 'x < 10',
  cases: fc.nat({ max: 1000 }),
  verdict: (x) => {
    if (x >= 10) throw what
    return { _tag: 'holds' }
  },
})

describe('a verdict that throws', () => {
  it('fails, in the smallest case, and says with what', () =>
    expect(tryLaw({ seed })(throwing(new RangeError('no such step')))).toEqual({
      _tag: 'failed',
      smallest: 10,
      seed,
      report: `small fails (seed ${seed}): x < 10\nthe verdict threw RangeError: no such step`,
    }))
  it('what is no error is said as it is', () => expect(tryLaw({ seed })(throwing('stop'))).toMatchObject({ smallest: 10, report: expect.stringContaining('the verdict threw stop') as string }))
})
