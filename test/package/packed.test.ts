import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { entries, installedPackage, run, tsc } from './installed.ts'

const script = `
import * as assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, reduce, meanOverTrajectories, estimate, fromSteps, terminated } from 'estimand'

const batch = fromSteps({
  discount: 0.5,
  provenance: 'on-policy',
  episodes: 'complete',
  trajectories: [{ reward: [1, 4], logProb: [-0.7, -0.7], end: terminated }],
})
const rewardToGo = pipe(totalReturn, causality, reduce(meanOverTrajectories))
const weights = pipe(batch, E.map((b) => Array.from(estimate(rewardToGo)(b))))
assert.deepEqual(weights, E.right([3, 2]))
console.log('weights agree')
`

/** The same names with their types; the refused line proves that the declarations are found, for any would accept it. */
const consumer = `
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { totalReturn, causality, reduce, meanOverTrajectories, estimate, fromSteps, terminated } from 'estimand'
import type { Estimator, Trajectories } from 'estimand'
import * as exact from 'estimand/exact'
import * as codecs from 'estimand/codecs'
import * as laws from 'estimand/laws'
import * as inVitest from 'estimand/laws/vitest'

const batch = fromSteps({
  discount: 0.5,
  provenance: 'on-policy',
  episodes: 'complete',
  trajectories: [{ reward: [1, 4], logProb: [-0.7, -0.7], end: terminated }],
})
const rewardToGo = pipe(totalReturn, causality, reduce(meanOverTrajectories))
export const bias: typeof rewardToGo extends Estimator<infer _, infer Bias> ? Bias : 'no estimator' = undefined as never
export const weights = pipe(batch, E.map(estimate(rewardToGo)), E.map((w) => w.length))
// @ts-expect-error weights are numbers, not text
export const text: E.Either<unknown, string> = weights
// @ts-expect-error causality comes before reduce
export const late = pipe(totalReturn, reduce(meanOverTrajectories), causality)
declare const nothing: Trajectories<unknown>
// @ts-expect-error a batch without rewards
export const unrewarded = estimate(rewardToGo)(nothing)
export const modules = [exact, codecs, laws, inVitest]
// @ts-expect-error no such name
export const missing = [exact.noSuchName, codecs.noSuchName, laws.noSuchName, inVitest.noSuchName]
`

describe('the packed package', () => {
  const { user, unpacked } = installedPackage()

  it('holds the build, its sources and the papers, and nothing else', () => {
    const names = readdirSync(unpacked, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1).replaceAll('\\', '/'))
    for (const name of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'src/index.ts', 'laws/index.ts', 'dist/src/index.js', 'dist/src/index.d.ts', 'examples/03-causality.ts', 'docs/guides/speed.md'])
      expect(names).toContain(name)
    expect(names.filter((name) => !/^(dist\/(src|laws)|src|laws|examples|docs\/guides)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(name))).toEqual([])
  })

  it('has maps that lead to the sources it ships, or to those of packages that it has taken in, with their licences', () => {
    const maps = readdirSync(join(unpacked, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.map'))
    expect(maps).toEqual(expect.arrayContaining(['src/index.d.ts.map', 'src/chunks/core.js.map', 'laws/index.js.map'].map((name) => join(name))))
    const licences = readFileSync(join(unpacked, 'dist/src/licences.txt'), 'utf8')
    for (const map of maps) {
      const { sources }: { readonly sources: readonly string[] } = JSON.parse(readFileSync(join(unpacked, 'dist', map), 'utf8'))
      const [others, ours] = [sources.filter((source) => source.includes('node_modules/')), sources.filter((source) => !source.includes('node_modules/'))]
      expect(ours.filter((source) => !existsSync(join(unpacked, 'dist', dirname(map), source)))).toEqual([])
      for (const source of others) expect(licences).toContain(`${/node_modules\/([^/]*)/.exec(source)?.[1]}\n`)
    }
  })

  it('has every module once: what one entry throws is of the class that another one gives', () => {
    const code = `import { IllegalStep, reduce, totalReturn, causality, meanOverTrajectories, NeedsNotMet, estimate } from 'estimand'
import { possibleBatch, worlds } from 'estimand/exact'
import { wholeBatch } from 'estimand/training'
const caught = (work) => { try { work() } catch (error) { return error } }
const { batch } = possibleBatch(worlds.rtgRaisesVariance.mdp, 'target')
const e = reduce(meanOverTrajectories)(totalReturn)
const { reward, ...bare } = batch
console.log([caught(() => causality(e)) instanceof IllegalStep, caught(() => estimate(e)(bare)) instanceof NeedsNotMet, caught(() => wholeBatch(totalReturn)) instanceof IllegalStep])`
    expect(run(user, process.execPath, '--input-type=module', '-e', code).trim()).toBe('[ true, true, true ]')
  })

  it.each(entries.map(({ name }) => name))('%s loads in plain node', (name) => {
    const count = run(user, process.execPath, '--input-type=module', '-e', `console.log(Object.keys(await import('${name}')).length)`)
    expect(Number(count)).toBeGreaterThan(0)
  })

  it('computes weights in plain node', () => {
    writeFileSync(join(user, 'script.js'), script)
    expect(run(user, process.execPath, 'script.js').trim()).toBe('weights agree')
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('gives a program its types (module %s, resolution %s)', (module, moduleResolution) => {
    writeFileSync(join(user, 'consumer.ts'), consumer)
    writeFileSync(
      join(user, 'tsconfig.json'),
      JSON.stringify({
        // The declarations are checked too: not every consumer skips them.
        compilerOptions: { target: 'es2022', lib: ['es2023'], module, moduleResolution, strict: true, noEmit: true, types: ['node'], skipLibCheck: false },
        files: ['consumer.ts'],
      }),
    )
    expect(run(user, process.execPath, tsc, '-p', '.')).toBe('')
  })
})
