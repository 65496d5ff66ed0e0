import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeProblems, toJson } from 'estimand'
import type { AnyEstimator, Problem } from 'estimand'
import { exact } from 'estimand/exact'
import type { Exact } from 'estimand/exact'
import { ticks } from '../../examples/tour/charts.ts'
import { escaped, formulaHtml } from '../../examples/tour/formula.ts'
import { enumerated, world } from '../../examples/tour/oracle.ts'
import { formulaOf, stops } from '../../examples/tour/pipelines.ts'
import { report, shownNumber } from '../../examples/tour/report.ts'
import type { Tour } from '../../examples/tour/report.ts'
import type { Element } from '../compare/xml.ts'
import { parseXml } from '../compare/xml.ts'
import { root } from '../types/tsc.ts'

const findings = enumerated()
const tour: Tour = {
  findings,
  curves: [
    { name: 'REINFORCE', seed: 1, points: [{ steps: 100, meanReturn: 20 }, { steps: 900, meanReturn: 475 }], solved: 900, seconds: 1 },
    { name: 'a < b & "c"', seed: 2, points: [{ steps: 250, meanReturn: 30 }], solved: null, seconds: 0.25 },
  ],
  command: 'npm start -- --seed <1>',
  versions: 'estimand',
}
const html = report(tour)

/** The page as XML; its first line is none. */
const page = (source: string): Element => parseXml(source.replace('<!doctype html>\n', '').replace(/<style>[^]*?<\/style>/, '').replaceAll(/(alt|colspan)=""/g, ''))
const textOf = ({ text, children }: Element): string => [text, ...children.map(textOf)].join(' ')
const all = (element: Element, name: string): readonly Element[] => [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => all(child, name))]

describe('the pipelines', () => {
  it('are what is written: the words of each are those of the estimator, and one more than before', () => {
    for (const [k, { words, estimator, added }] of stops.entries()) {
      const json = toJson(estimator) as readonly unknown[]
      const written = json.map((word) =>
        typeof word === 'string' ? word : Object.entries(word as object).map(([name, of]) => `${name}(${typeof of === 'string' ? of : `{ ${Object.entries(of as object).map(([key, x]) => `${key}: ${x}`).join(', ')} }`})`)[0],
      )
      expect(words).toEqual(written)
      if (k > 0) expect(words.filter((word) => word !== added)).toEqual(stops[k - 1].words)
    }
  })
  it('show what exact says of each alone', () => {
    for (const { stop, bias, noise, cosine } of findings) {
      const setting = { mdp: world, batchSize: 2, sampling: stop.data === 'its own' ? 'target' : 'behaviour' } as const
      // The data that each needs is what its setting gives; the compiler knows them as one type.
      const alone = exact(setting) as unknown as (e: AnyEstimator) => E.Either<readonly Problem[], Exact>
      const one = pipe(alone(stop.estimator as AnyEstimator), E.getOrElseW((problems) => expect.fail(describeProblems(problems))))
      const size = Math.hypot(...one.target.value)
      expect(bias).toBeCloseTo(Math.hypot(...one.bias) / size, 12)
      expect(noise).toBeCloseTo(Math.sqrt(one.covTrace) / size, 12)
      if (stop.estimator.reasons.length === 0) expect([shownNumber(bias), cosine.toFixed(9)]).toEqual(['0', '1.000000000'])
      else expect(bias).toBeGreaterThan(0.1)
    }
  })
})

describe('formulas', () => {
  it.each([
    ['1/N R_i', '1/<i>N</i> <i>R</i><sub><i>i</i></sub>'],
    ['gamma^t G_it', '<i>γ</i><sup><i>t</i></sup> <i>G</i><sub><i>it</i></sub>'],
    ['clip[rho_t; 1 -+ 0.2]', 'clip[<i>ρ</i><sub><i>t</i></sub>; 1 ∓ 0.2]'],
    ['a - mean_{j!=i alive at t} G_jt', '<i>a</i> − mean<sub><i>j</i>≠<i>i</i> alive at <i>t</i></sub> <i>G</i><sub><i>jt</i></sub>'],
    ['sum_{u>=t} x', '<b>∑</b><sub><i>u</i>≥<i>t</i></sub> <i>x</i>'],
    ['rho_{0:L-1}', '<i>ρ</i><sub>0:<i>L</i>-1</sub>'],
  ])('%s', (text, expected) => {
    expect(formulaHtml(text)).toBe(expected)
  })
  it('of every pipeline keep every letter, and are well-formed', () => {
    for (const stop of stops) {
      const plain = textOf(parseXml(`<p>${formulaHtml(formulaOf(stop))}</p>`)).replace(/\s/g, '')
      for (const [word, symbol] of [['rho', 'ρ'], ['gamma', 'γ'], ['mean', 'mean'], ['clip', 'clip']] as const) expect(plain.includes(symbol)).toBe(formulaOf(stop).includes(word))
    }
  })
})

describe('the report', () => {
  it('is one well-formed page that needs nothing besides itself', () => {
    expect(() => page(html)).not.toThrow()
    const outside = /\b(src|href|srcset|data)=|url\(|@import|<script|<link|https?:/i
    expect(html).not.toMatch(outside)
    // Controls: what such a page would look like otherwise.
    expect('<img src="x.png"/>').toMatch(outside)
    expect('@import "fonts.css"').toMatch(outside)
    expect(() => page(html.replace('</main>', ''))).toThrow(SyntaxError)
  })
  it('escapes what it is given', () => {
    expect(html).toContain('a &lt; b &amp; &quot;c&quot;')
    expect(html).toContain('--seed &lt;1&gt;')
    expect(escaped(`<'&">`)).toBe('&lt;&#39;&amp;&quot;&gt;')
  })
  it('has the numbers of the enumeration in its table, and the runs in the other', () => {
    const [exactly, runs] = all(page(html), 'tbody').map((body) => all(body, 'tr').map((row) => all(row, 'td').map((cell) => textOf(cell).trim())))
    expect(exactly).toEqual(findings.map(({ stop, bias, noise, cosine }) => [stop.name, stop.data === 'its own' ? 'π' : 'μ', shownNumber(bias), shownNumber(noise), shownNumber(cosine)]))
    expect(runs).toEqual([['REINFORCE', '1', '900', '2', '1.0'], ['a < b & "c"', '2', 'not in 250', '1', '0.3']])
  })
  it('says in words what its pictures show', () => {
    const pictures = all(page(html), 'svg').filter(({ attributes }) => attributes['role'] === 'img')
    expect(pictures.map((picture) => all(picture, 'desc').map(textOf)[0])).toEqual([
      expect.stringContaining('+ clip: noise'),
      'REINFORCE: seed 1 solved after 900 steps; a < b & "c": seed 2 not solved',
    ])
  })
  it('marks the word that is new', () => {
    expect(all(page(html), 'mark').map(textOf)).toEqual(stops.map(({ added }) => added))
  })
  it('has round numbers on its axes', () => {
    expect(ticks(600_000, 6)).toEqual([0, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000])
    expect(ticks(7, 6)).toEqual([0, 2, 4, 6])
  })
})

describe('npm start', () => {
  const home = mkdtempSync(join(tmpdir(), 'estimand-tour-'))
  const start = join(home, 'dist/examples/start.js')
  beforeAll(() => {
    // A build of its own, so that it is of these sources; the package finds itself by its name.
    writeFileSync(join(home, 'package.json'), readFileSync(join(root, 'package.json')))
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'), 'junction')
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json'), '--outDir', join(home, 'dist')], { stdio: 'pipe' })
  }, 120_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const run = (...args: readonly string[]) => spawnSync(process.execPath, [start, ...args], { cwd: home, encoding: 'utf8' })

  it('prints five pipelines and two tables, and writes the report whole', () => {
    const { status, stdout, stderr } = run('--steps', '3000', '--out', 'report.html')
    expect([status, stderr.split('\n').length]).toEqual([0, 7])
    for (const { name } of stops) expect(stdout).toContain(name)
    for (const { noise } of findings) expect(stdout).toContain(shownNumber(noise))
    expect(stdout).toContain(`report: ${join(home, 'report.html')}`)
    expect(() => page(readFileSync(join(home, 'report.html'), 'utf8'))).not.toThrow()
    expect(readdirSync(home).filter((name) => name.endsWith('.new'))).toEqual([])
  })
  it('says what is wrong with its options, and where it cannot write', () => {
    expect(run('--steps', 'many')).toMatchObject({ status: 2, stderr: expect.stringContaining("--steps: expected an integer >= 1, got 'many'") })
    expect(run('--stepps', '1')).toMatchObject({ status: 2, stderr: expect.stringContaining('stepps') })
    mkdirSync(join(home, 'folder'))
    const refused = run('--steps', '100', '--out', 'folder')
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('the report was not written')])
    expect(existsSync(join(home, 'folder.new'))).toBe(false)
  })
})
