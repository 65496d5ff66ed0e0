import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { pipelinesOf, places, refreshed, strangers } from './tables.ts'

const path = fileURLToPath(new URL('../../docs/guides/which-pipeline-is-used-where.md', import.meta.url))
const page = readFileSync(path, 'utf8')

describe('the tables of which-pipeline-is-used-where', () => {
  it('are those that are computed now (UPDATE=1 writes them)', () => {
    const now = refreshed(page)
    if (process.env['UPDATE'] === '1') writeFileSync(path, now)
    else expect(page).toBe(now)
  }, 300_000)

  it('show every world', () => {
    for (const name of Object.keys(places)) expect(page).toContain(`<!-- table:${name} -->`)
  })

  it('pipelines with the name of a recipe are that recipe', () => {
    const pipelines = pipelinesOf(page)
    expect(Object.keys(pipelines).length).toBeGreaterThan(10)
    expect(strangers(pipelines)).toEqual([])
  })
})

const small = (json: string): string => `toJson(reinforce)\n// => ${json}\n<!-- table:timestepRatioFlipsSign -->\nold\n<!-- /table -->\n`

describe('negative controls', () => {
  // By hand: E |ghat|^2 = 0.475 * 0.505 + 0.025 * 2.305 + 0.5 * 0.25 * 0.5 = 0.36, |grad J|^2 = 0.0245125, and a batch of 8 has an eighth of the difference.
  it('a table that is stale is another text', () => {
    const written = refreshed(small('["totalReturn", { "reduce": "meanOverTrajectories" }]'))
    expect(written).toContain('| `reinforce` | 0 | 0.0419 | 1.00 | - | - | - |')
    expect(refreshed(written)).toBe(written)
    expect(refreshed(written.replace('0.0419', '0.0421'))).toBe(written)
  })

  it('finds a pipeline that is not what its name says', () => {
    expect(strangers(pipelinesOf(small('["totalReturn", "causality", { "reduce": "meanOverTrajectories" }]')))).toEqual(['reinforce'])
  })

  it('refuses a table of an unknown world and a pipeline that cannot be read', () => {
    expect(() => refreshed('<!-- table:nowhere -->\n<!-- /table -->')).toThrow(/table:nowhere: expected one of frozenLake/)
    expect(() => pipelinesOf(small('["totalReturns"]'))).toThrow(/nearest: totalReturn/)
  })
})
