import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { shell } from './shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'estimand-escaping-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const end = { reduce: 'meanOverTrajectories' }
const mdp = { S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }
const batch = { discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], end: 'terminated' }] }
const experiment = { environment: { name: 'CartPole-v1' }, estimator: 'ppo' }

/** Commands whose input is a file, the input, and the places in it that a text can take. */
const inputs: readonly (readonly [name: string, input: object, args: (path: string) => readonly string[]])[] = [
  ['MDP', mdp, (path) => ['exact', '--mdp', path, '--estimator', 'reinforce']],
  ['batch', batch, (path) => ['weigh', '--batch', path, '--estimator', 'reinforce']],
  ['pipeline', { plus: [['totalReturn', end], ['totalReturn', 'causality', end]] }, (path) => ['explain', '--estimator', path]],
  ['experiment', experiment, (path) => ['train', path, '--steps', '0']],
  ['facts', { value: [[0, 0]] }, (path) => ['exact', '--mdp', 'rtgRaisesVariance', '--estimator', 'reinforce', '--facts', path]],
  ['request', { mdp, estimator: 'reinforce', id: 1 }, (path) => ['exact', '--requests', path]],
]

/** A copy with a text in place of a value, or as the key of one more. */
const withText = (x: unknown, text: string, at: number): unknown => {
  let k = 0
  const walk = (value: unknown): unknown => {
    if (k++ === at) return text
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const own = k++ === at ? [[text, 1]] : []
    return Object.fromEntries([...Object.entries(value).map(([key, field]) => [key, walk(field)]), ...own])
  }
  return walk(x)
}

const attack = fc
  .array(fc.constantFrom('\u001b[2J', '\u001b]0;owned\u0007', '\u009b31m', '\u001b[31m', '\u202e', '\u2066', '\u200f', '\u007f', '\r', '\n', '\b', '\u2028', '\ud800', 'plain'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))

/** Controls, marks of direction and halves of pairs, by their numbers. */
// oxlint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

// oxlint-disable-next-line no-control-regex
const ours = /\u001b\[(?:1|2|22|31|32|39)m/g

describe('what a terminal would obey', () => {
  for (const [name, input, args] of inputs)
    it(`does not come through from a file: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(attack, fc.nat(30), async (text, at) => {
          const path = join(folder, `${name}.json`)
          writeFileSync(path, JSON.stringify(withText(input, text, at)))
          const { out, err, steps } = await shell(args(path))
          expect([out, err, ...steps.map(({ what }) => what)].filter((printed) => obeyed.test(printed))).toEqual([])
        }),
        { numRuns: 40, seed },
      )
    })

  it('does not come through from arguments, nor from names of files', async () => {
    await fc.assert(
      fc.asyncProperty(attack, fc.constantFrom('--mdp', '--estimator', '--env', '--batch', '--facts', '--rate', '--nonsense'), fc.constantFrom('exact', 'weigh', 'train', 'explain', 'nonsense'), async (text, option, command) => {
        const { out, err } = await shell([command, option, text])
        expect([out, err].filter((printed) => obeyed.test(printed))).toEqual([])
      }),
      { numRuns: 60, seed },
    )
  })

  it('leaves an answer in JSON the value that it was', async () => {
    const path = join(folder, 'id.ndjson')
    writeFileSync(path, JSON.stringify({ mdp, estimator: 'reinforce', id: 'a\u009b31m\u202e' }))
    const { out } = await shell(['exact', '--requests', path])
    expect(JSON.parse(out)).toMatchObject({ id: 'a\u009b31m\u202e' })
    expect(obeyed.test(out)).toBe(false)
  })

  it('does not come through on a terminal with colours either: those are ours alone', async () => {
    const forged = `${[1, 2, 22, 31, 32, 39].map((code) => `\u001b[${code}m`).join('')}<0:31>`
    const [pipeline, world] = ['pipeline', 'world'].map((name) => join(folder, `${forged}${name}.json`))
    writeFileSync(pipeline, '"reinforce"')
    writeFileSync(world, JSON.stringify(mdp))
    const commands = inputs.flatMap(([name, input, args]) =>
      Array.from({ length: 30 }, (_, at) => () => {
        const path = join(folder, `${name}.json`)
        writeFileSync(path, JSON.stringify(withText(input, forged, at)))
        return args(path)
      }),
    )
    for (const command of [...commands, () => ['compare', pipeline, '--world', world, '--no-plot'], () => ['exact', '--mdp', world, '--estimator', pipeline], () => [forged], () => ['exact', `--${forged}`]]) {
      const args = command()
      const [coloured, bare] = [await shell(args, { terminal: true }), await shell(args)]
      // Ours are all that the one has and the other has not; what came from elsewhere is escaped in both.
      expect([coloured.out.replaceAll(ours, ''), coloured.err]).toEqual([bare.out, bare.err])
    }
  })

  it('but our own colours stay, on a terminal that has them', async () => {
    const args = ['compare', 'reinforce', '--world', 'batchMeanShrinks', '--no-plot']
    const [coloured, bare] = [await shell(args, { terminal: true }), await shell(args)]
    expect(coloured.out).toContain('\u001b[1mbatchMeanShrinks')
    expect(coloured.out.replaceAll(ours, '')).toBe(bare.out)
    expect(obeyed.test(bare.out)).toBe(false)
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect((await shell(args, { terminal: true, env })).out).toBe(bare.out)
  })
})
