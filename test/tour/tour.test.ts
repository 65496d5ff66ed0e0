import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseline, causality, describeProblems, importance, leaveOneOut, meanOverTrajectories, perTrajectory, reduce, toJson, totalReturn } from 'estimand'
import type { AnyEstimator, Problem } from 'estimand'
import { exact, sampled } from 'estimand/exact'
import type { Exact } from 'estimand/exact'
import { biasAndNoise, ticks } from '../../examples/tour/charts.ts'
import { destination, replaceFile } from '../../examples/tour/destination.ts'
import { escaped, formulaHtml } from '../../examples/tour/formula.ts'
import { enumerated, gradientNorm, shownNumber, wholeRatio, world } from '../../examples/tour/oracle.ts'
import { codeOf, compared, formulaOf, stops, typeOf } from '../../examples/tour/pipelines.ts'
import { report } from '../../examples/tour/report.ts'
import type { Tour } from '../../examples/tour/report.ts'
import { exactText, pipelinesText, runsText } from '../../examples/tour/terminal.ts'
import { trained } from '../../examples/tour/training.ts'
import type { Curve } from '../../examples/tour/training.ts'
import type { Element } from '../compare/xml.ts'
import { parseXml } from '../compare/xml.ts'
import { refusalsIn, root, tsc, withPrograms } from '../types/tsc.ts'

const findings = enumerated()
const curves: readonly Curve[] = [
  { name: 'REINFORCE', seed: 1, points: [{ steps: 100, meanReturn: 20 }, { steps: 900, meanReturn: 475 }], steps: 900, solved: true, seconds: 1 },
  { name: 'REINFORCE', seed: 2, points: [{ steps: 41_700, meanReturn: 90 }], steps: 41_700, solved: false, seconds: 1 },
  { name: 'a < b & "c"', seed: 1, points: [{ steps: 2500, meanReturn: 490 }], steps: 2500, solved: true, seconds: 0.25 },
  { name: 'a < b & "c"', seed: 2, points: [{ steps: 250, meanReturn: 30 }], steps: 250, solved: false, seconds: 0.25 },
]
const tour: Tour = { findings, wholeRatio: wholeRatio(), curves, command: 'npm start -- --seed <1>', versions: 'estimand' }
const html = report(tour)

/** The page as XML; its first line is none, and its style is no markup. */
const page = (source: string): Element => parseXml(source.replace('<!doctype html>\n', '').replace(/<style>[^]*?<\/style>/, ''))
const textOf = ({ text, children }: Element): string => [text, ...children.map(textOf)].join(' ')
const all = (element: Element, name: string): readonly Element[] => [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => all(child, name))]
const rowsOf = (body: Element): readonly (readonly string[])[] =>
  all(body, 'tr').map(({ children }) => children.map((cell) => textOf(cell).replace(/\s+/g, ' ').trim()))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'estimand-tour-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The words of an estimator as one would write them. */
const wordsOf = (estimator: AnyEstimator): readonly string[] =>
  (toJson(estimator) as readonly unknown[]).map((word) => {
    if (typeof word === 'string') return word
    const [[name, of]] = Object.entries(word as object) as [string, unknown][]
    return `${name}(${typeof of === 'string' ? of : `{ ${Object.entries(of as object).map(([key, x]) => `${key}: ${x}`).join(', ')} }`})`
  })

// The data that each needs is what its setting gives; the compiler knows all of them as one type.
const momentsOf = (estimator: AnyEstimator, sampling: 'target' | 'behaviour'): readonly [bias: number, noise: number] => {
  const alone = exact({ mdp: world, batchSize: 2, sampling }) as unknown as (e: AnyEstimator) => E.Either<readonly Problem[], Exact>
  const { bias, covTrace, target } = pipe(alone(estimator), E.getOrElseW((problems) => expect.fail(describeProblems(problems))))
  const size = Math.hypot(...target.value)
  return [Math.hypot(...bias) / size, Math.sqrt(covTrace) / size]
}

describe('the pipelines', () => {
  it('are what is written: the words of each are those of its estimator, and one more than before', () => {
    for (const [k, { words, estimator, added }] of stops.entries()) {
      expect(words).toEqual(wordsOf(estimator as AnyEstimator))
      expect(words).toContain(added)
      if (k > 0) expect(words.filter((word) => word !== added)).toEqual(stops[k - 1].words)
      // Control: the words of a neighbour are others.
      expect(words).not.toEqual(wordsOf(stops[(k + 1) % stops.length].estimator as AnyEstimator))
    }
  })
  it('have the types that are shown, and no smaller ones', { timeout: 60_000 }, () => {
    const names = ['baseline', 'causality', 'clip', 'importance', 'leaveOneOut', 'meanOverTrajectories', 'perStep', 'reduce', 'totalReturn']
    const head = `import { pipe } from 'fp-ts/lib/function.js'\nimport { ${names.join(', ')} } from 'estimand'
import type { BehaviourLogProb, CompleteEpisodes, Estimator, OnPolicy, Reward } from 'estimand'\n`
    const declared = (type: string, code: string, k: number): string => `export const p${k}: ${type} = ${code}`
    const shown = stops.map((stop) => [typeOf(stop.estimator), codeOf(stop)] as const)
    // Without one of its needs, or one of its reasons, each is another type.
    const smaller = stops.flatMap((stop) => {
      const { needs, reasons } = stop.estimator
      const without = <A>(xs: readonly A[]): readonly (readonly A[])[] => xs.map((x) => xs.filter((y) => y !== x))
      const of = (facts: typeof needs, why: typeof reasons) => [typeOf({ ...stop.estimator, needs: facts, reasons: why }), codeOf(stop)] as const
      return [...without(needs).map((facts) => of(facts, reasons)), ...without(reasons).map((why) => of(needs, why))]
    })
    const program = (types: typeof shown): string => `${head}${types.map(([type, code], k) => declared(type, code, k)).join('\n')}\n`
    withPrograms({ 'shown.ts': program(shown), 'smaller.ts': program(smaller) }, (configOf) => {
      expect(refusalsIn(tsc('--noEmit', '-p', configOf('shown.ts')))).toEqual([])
      const first = head.split('\n').length
      expect(refusalsIn(tsc('--noEmit', '-p', configOf('smaller.ts'))).map(({ line }) => line)).toEqual(smaller.map((_, k) => first + k))
    })
  })
  it('show what exact says of each alone', () => {
    for (const [k, { stop, bias, noise, cosine }] of findings.entries()) {
      const [exactBias, exactNoise] = momentsOf(stop.estimator as AnyEstimator, stop.data === 'its own' ? 'target' : 'behaviour')
      expect(bias).toBeCloseTo(exactBias, 12)
      expect(noise).toBeCloseTo(exactNoise, 12)
      // Control: no two have the same noise, so none could stand in the row of another.
      expect(shownNumber(noise)).not.toBe(shownNumber(findings[(k + 1) % findings.length].noise))
      if (stop.estimator.reasons.length === 0) expect([shownNumber(bias), cosine.toFixed(9)]).toEqual(['0', '1.000000000'])
      else expect(bias).toBeGreaterThan(0.1)
    }
  })
  it('stand to one another as the report says', () => {
    const [first, causal, , reweighted, clipped] = findings
    expect(causal.noise).toBeLessThan(first.noise)
    const whole = pipe(totalReturn, causality, baseline(leaveOneOut), importance(perTrajectory), reduce(meanOverTrajectories))
    const [bias, noise] = momentsOf(whole as AnyEstimator, 'behaviour')
    expect([shownNumber(wholeRatio().bias), wholeRatio().noise]).toEqual([shownNumber(bias), expect.closeTo(noise, 12)])
    expect(shownNumber(bias)).toBe('0')
    expect([noise > reweighted.noise, reweighted.noise > clipped.noise, clipped.bias > reweighted.bias]).toEqual([true, true, true])
  })
  it('have a baseline that costs in batches of two and pays in batches of four', () => {
    // A batch of n without a baseline is n independent estimates; that with one is sampled.
    const plain = findings[1].noise ** 2 * 2
    const size = (batchSize: number): readonly [low: number, high: number] => {
      const result = pipe(compared, sampled({ mdp: world, batchSize }, { batches: 40_000, seed: 1 }), E.getOrElseW((problems) => expect.fail(describeProblems(problems))))
      const variance = result.standardError.reduce((sum, error) => sum + error * error * result.batches, 0) / gradientNorm ** 2
      return [variance * 0.98, variance * 1.02]
    }
    const [two, four] = [size(2), size(4)]
    expect([two[0] < findings[2].noise ** 2, findings[2].noise ** 2 < two[1]]).toEqual([true, true])
    expect(two[0]).toBeGreaterThan(plain / 2)
    expect(four[1]).toBeLessThan(plain / 4)
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
    const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')
    const shown = (formula: string): string => lettersOf(formula.replace(/<[^>]*>/g, ''))
    const kept = (text: string): string => lettersOf(text.replaceAll('rho', 'ρ').replaceAll('gamma', 'γ'))
    for (const stop of stops) {
      expect(() => parseXml(`<p>${formulaHtml(formulaOf(stop))}</p>`)).not.toThrow()
      expect(shown(formulaHtml(formulaOf(stop)))).toBe(kept(formulaOf(stop)))
      // Control: an index that is lost is missed.
      expect(shown(formulaHtml(formulaOf(stop)).replace(/<sub>.*?<\/sub>/, ''))).not.toBe(kept(formulaOf(stop)))
    }
  })
})

describe('the report', () => {
  it('is one well-formed page that needs nothing besides itself', () => {
    expect(() => page(html)).not.toThrow()
    const outside = /\b(src|href|srcset|data|action|poster)=|url\(|@import|<(script|link|iframe|object|embed|base)\b|https?:/i
    expect(html).not.toMatch(outside)
    // Controls: what such a page would look like otherwise.
    for (const other of ['<img src="x.png"/>', '@import "fonts.css"', 'background: url(x.png)', '<script>', '<link rel="icon"/>', 'http://x']) expect(other).toMatch(outside)
    expect(() => page(html.replace('</main>', ''))).toThrow(SyntaxError)
  })
  it('escapes what it is given', () => {
    expect(html).toContain('a &lt; b &amp; &quot;c&quot;')
    expect(html).not.toContain('a < b')
    expect(html).toContain('--seed &lt;1&gt;')
    expect(escaped(`<'&">`)).toBe('&lt;&#39;&amp;&quot;&gt;')
    expect(() => page(report({ ...tour, versions: '<b>&' }))).not.toThrow()
    // Control: the same, unescaped.
    expect(() => page(report({ ...tour, versions: 'HERE' }).replace('HERE', '<b>&'))).toThrow(SyntaxError)
  })
  it('has the numbers of the enumeration in its table, and the runs in the other', () => {
    const rows = (of: Tour) => all(page(report(of)), 'tbody').map(rowsOf)
    const [exactly, runs] = rows(tour)
    expect(exactly).toEqual(findings.map(({ stop, bias, noise, cosine }) => [stop.name, stop.data === 'its own' ? 'π' : 'μ', shownNumber(bias), shownNumber(noise), shownNumber(cosine)]))
    expect(runs).toEqual([['REINFORCE', '1k', '> 42k'], ['a < b & "c"', '3k', '> 0k']])
    // Control: what is given is what is shown.
    expect(rows({ ...tour, findings: findings.map((one) => ({ ...one, bias: one.bias + 1 })) })[0]).not.toEqual(exactly)
    expect(html).toContain(`with a noise of ${shownNumber(wholeRatio().noise)}`)
  })
  it('says in words what its pictures show', () => {
    const pictures = all(page(html), 'svg').filter(({ attributes }) => attributes['role'] === 'img')
    expect(pictures.map((picture) => all(picture, 'desc').map(textOf)[0])).toEqual([
      findings.map(({ stop, noise, bias }) => `${stop.name}: noise ${noise.toFixed(2)}, bias ${stop.estimator.reasons.length === 0 ? '0' : bias.toFixed(2)}`).join('; '),
      'REINFORCE: seed 1 solved after 900 steps, seed 2 not solved after 41700 steps; a < b & "c": seed 1 solved after 2500 steps, seed 2 not solved after 250 steps',
    ])
    for (const { attributes, children } of pictures) expect(attributes['aria-labelledby']).toBe(children.slice(0, 2).map((child) => child.attributes['id']).join(' '))
  })
  it('draws bars as long as what they stand for: the bias that is 0 has none', () => {
    const bars = all(parseXml(biasAndNoise(findings)), 'rect')
    const widths = bars.map(({ attributes }) => Number(attributes['width']))
    const values = findings.flatMap(({ noise, bias }) => [noise, bias])
    const unit = widths[0] / values[0]
    for (const [k, value] of values.entries()) expect(Math.abs(widths[k] - unit * value)).toBeLessThan(0.01)
    expect(widths.filter((width) => width === 0)).toHaveLength(3)
  })
  it('draws a line for each run and a dot for each that was solved, inside the picture', () => {
    const picture = all(page(html), 'svg').find(({ attributes }) => attributes['aria-labelledby']?.startsWith('curves'))!
    const endOf = ({ attributes }: Element): readonly string[] => attributes['d'].slice(attributes['d'].search(/[ML][^ML]*$/) + 1).split(' ')
    const ends = all(picture, 'path').map(endOf)
    expect(all(picture, 'circle').map(({ attributes }) => [attributes['cx'], attributes['cy']])).toEqual([ends[0], ends[2]])
    const numbers = all(picture, 'path').flatMap(({ attributes }) => [...attributes['d'].matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]))
    expect(numbers).toHaveLength(5)
    for (const [x, y] of numbers) expect([x >= 0, x <= 720, y >= 0, y <= 380]).toEqual([true, true, true, true])
  })
  it('marks the word that is new', () => {
    expect(all(page(html), 'mark').map(textOf)).toEqual(stops.map(({ added }) => added))
  })
  it('has round numbers on its axes', () => {
    expect(ticks(600_000, 6)).toEqual([0, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000])
    expect(ticks(7, 6)).toEqual([0, 2, 4, 6])
  })
})

describe('the terminal', () => {
  it('has the same numbers, in lines that fit', () => {
    const text = [...pipelinesText(findings), ...exactText(findings), ...runsText(curves)]
    for (const { stop, bias, noise, cosine } of findings) {
      const row = exactText(findings).find((line) => line.includes(`  ${stop.name} `))
      expect(row?.trim().split(/\s+/).slice(-3)).toEqual([bias, noise, cosine].map(shownNumber))
      const shown = pipelinesText(findings).join(' ').replace(/\s+/g, ' ')
      for (const part of [stop.says, codeOf(stop), formulaOf(stop), typeOf(stop.estimator)]) expect(shown).toContain(part)
    }
    expect(runsText(curves).map((line) => line.trim().split(/\s{2,}/))).toContainEqual(['REINFORCE', '900', '> 41700'])
    expect(Math.max(...text.map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})

describe('training', () => {
  it('is the same again with the same seed, and ends with the batch that reaches the steps', async () => {
    const silent = { begin: () => {}, update: () => {}, end: () => {} }
    const run = async (seed: number) => (await trained([seed], 2000, silent)).map((curve) => ({ ...curve, seconds: 0 }))
    const [once, again, other] = [await run(7), await run(7), await run(8)]
    expect(again).toEqual(once)
    for (const [k, { points }] of once.entries()) expect(points).not.toEqual(other[k].points)
    for (const { points, steps, solved } of once) {
      expect([solved, steps >= 2000, points.at(-1)?.steps]).toEqual([false, true, steps])
      expect(points.at(-2)?.steps).toBeLessThan(2000)
    }
  })
})

describe('the file of the report', () => {
  const nowhere = join(folder, 'no', 'such')
  it('is the one asked for, or the first that can be written', () => {
    expect(destination(join(folder, 'a.html'), [nowhere])).toEqual(E.right(join(folder, 'a.html')))
    expect(destination(undefined, [nowhere, folder])).toEqual(E.right(join(folder, 'estimand-tour.html')))
    expect(destination(undefined, [nowhere])).toEqual(E.left(expect.stringContaining('--out FILE')))
    expect(destination(join(nowhere, 'a.html'), [folder])).toEqual(E.left(expect.stringContaining(nowhere)))
    expect(destination(folder, [folder])).toMatchObject({ _tag: 'Left' })
    expect(readdirSync(folder)).toEqual([])
  })
  it('is replaced whole, or stays as it was', () => {
    const file = join(folder, 'a.html')
    replaceFile(file, 'one')
    replaceFile(file, 'two')
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['two', ['a.html']])
    mkdirSync(join(folder, 'b'))
    expect(() => replaceFile(join(folder, 'b'), 'three')).toThrow()
    expect(readdirSync(folder)).toEqual(['a.html', 'b'])
  })
})

describe('npm start', () => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'estimand-tour-')))
  const start = join(home, 'dist/examples/start.js')
  beforeAll(() => {
    // A build of its own, so that it is of these sources; the package finds itself by its name.
    writeFileSync(join(home, 'package.json'), readFileSync(join(root, 'package.json')))
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'), 'junction')
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json'), '--outDir', join(home, 'dist')], { stdio: 'pipe' })
  }, 120_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const run = (...args: readonly string[]) => spawnSync(process.execPath, [start, ...args], { cwd: home, encoding: 'utf8' })

  it('prints five pipelines and two tables, and writes the report whole', { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = run('--steps', '1000', '--seed', '3')
    expect([status, stderr.trim().split('\n').length]).toEqual([0, 15])
    for (const { name } of stops) expect(stdout).toContain(name)
    for (const { noise } of findings) expect(stdout).toContain(shownNumber(noise))
    expect(stdout).toContain(`report: ${join(home, 'estimand-tour.html')}`)
    const written = readFileSync(join(home, 'estimand-tour.html'), 'utf8')
    expect(() => page(written)).not.toThrow()
    expect(written).toContain('npm start -- --seed 3 --steps 1000')
    expect(readdirSync(home).filter((name) => name.endsWith('.new'))).toEqual([])
  })
  it('says what is wrong with its options before it does anything', { timeout: 60_000 }, () => {
    const refused: readonly (readonly [readonly string[], string])[] = [
      [['--steps', 'many'], "--steps: expected an integer >= 1, got 'many'"],
      [['--steps', '0'], "--steps: expected an integer >= 1, got '0'"],
      [['--seed', '2147483644'], "--seed: expected an integer from 0 to 2147483643, got '2147483644'"],
      [['--stepps', '1'], 'stepps'],
      [['--out', 'dist'], `cannot write ${join(home, 'dist')}`],
      [['--out', 'no/such/report.html'], `cannot write ${join(home, 'no/such/report.html')}`],
    ]
    for (const [args, says] of refused) expect(run(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(says) })
  })
})
