import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { comparisons } from './comparisons.ts'
import { newestOf, refreshed, shownIn } from './pages.ts'
import type { Newest } from './pages.ts'
import { fromText } from './results.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, 'test', 'bench', 'results')
const { alone, peers } = newestOf(readdirSync(folder))
const read = (name: string | null) => (name === null ? null : fromText(readFileSync(join(folder, name), 'utf8')))
const newest: Newest = { alone: read(alone), peers: read(peers) }

const pages = ['README.md', 'docs/guides/speed.md']

describe('what pages say of speed', () => {
  it.each(pages)('in %s is what the newest results say (UPDATE=1 writes it)', (path) => {
    const page = readFileSync(join(root, path), 'utf8')
    expect(shownIn(page)).not.toHaveLength(0)
    const now = refreshed(page, newest)
    if (process.env['UPDATE'] === '1') writeFileSync(join(root, path), now)
    else expect(page).toBe(now)
  })

  it('in the guide is every group', () => {
    const shown = shownIn(readFileSync(join(root, 'docs/guides/speed.md'), 'utf8')).map((what) => what.split(' ')[1])
    for (const group of new Set(comparisons.map((one) => one.group))) expect(shown).toContain(group)
  })
})

describe('negative controls', () => {
  const about = { date: '2026-01-02T03:04:05.000Z', cpu: 'a processor', cores: 2, memory: '4 GiB', system: 'linux', core: 1, threads: 1, node: 'v20.0.0', commit: 'abc1234', peers: {}, repeat: 'npm run bench' }
  const side = (name: string, median: number) => ({ name, median, min: median, max: median, n: 1, samples: [median] })
  const of = (ours: number, load: readonly [number, number] = [0, 0]): Newest => ({
    alone: null,
    peers: {
      about,
      outcomes: [
        {
          name: 'GAE 1000x1024',
          group: 'weights',
          note: '',
          load,
          seconds: 1,
          rows: [{ reading: 'value', unit: 'ns/element', better: 'lower', sides: [side('estimand', ours), side('numba', 2)], ratios: [{ name: 'numba', ofMedians: ours / 2, min: ours / 2, max: ours / 2 }], goals: [] }],
        },
      ],
    },
  })
  const page = '# Title\n\n<!-- speed: peers weights -->\nold\n<!-- /speed -->\n\nend\n'

  it('a table that is stale is another text, and one that is right stays', () => {
    const written = refreshed(page, of(1))
    expect(written).toContain('| GAE 1000x1024 | ns/element | 1.00 | numba | 2.00 | 0.500x |')
    expect(refreshed(written, of(1))).toBe(written)
    expect(refreshed(written.replace('0.500x', '0.100x'), of(1))).toBe(written)
    expect(refreshed(written, of(3))).not.toBe(written)
    expect(written.startsWith('# Title\n') && written.endsWith('\nend\n')).toBe(true)
  })

  it('the short table and the word on the machine say when it was busy', () => {
    const summary = '<!-- speed: summary -->\n<!-- /speed -->'
    expect(refreshed(summary, of(1))).not.toContain('busy')
    expect(refreshed(summary, of(1, [4, 4]))).toContain('0.500x, busy |')
    expect(refreshed(summary, of(1, [4, 4]))).toContain('ratios are no evidence')
    expect(refreshed('<!-- speed: peers about -->\n<!-- /speed -->', of(1, [4, 4]))).toContain('ratios are no evidence')
  })

  it('what was not measured is said to be missing, never left out in silence', () => {
    for (const what of ['summary', 'alone about', 'alone exact', 'peers training']) expect(refreshed(`<!-- speed: ${what} -->\n<!-- /speed -->`, { alone: null, peers: null })).toContain('Not measured yet.')
    expect(refreshed('<!-- speed: peers training -->\n<!-- /speed -->', of(1))).toContain('Not measured yet.')
  })

  it('refuses what is neither', () => {
    expect(() => refreshed('<!-- speed: other weights -->\n<!-- /speed -->', of(1))).toThrow(/expected summary, alone or peers/)
  })

  it('the newest file is the one with the last date, of each kind', () => {
    expect(newestOf(['2026-01-02.json', '2026-01-10.json', '2025-12-31.json', '2026-01-03-peers.json', 'training-2026-11-23.json', '2026-02-01.json.new'])).toEqual({
      alone: '2026-01-10.json',
      peers: '2026-01-03-peers.json',
    })
    expect(newestOf([])).toEqual({ alone: null, peers: null })
  })
})
