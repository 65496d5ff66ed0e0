import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { importsOf, problemsOf } from './imports.ts'
import type { Sources } from './imports.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const sourcesUnder = (...folders: readonly string[]): Sources =>
  Object.fromEntries(
    folders
      .flatMap((folder) => {
        try {
          return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name))
        } catch {
          return []
        }
      })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => [relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  )

const manifest: { readonly dependencies: object; readonly peerDependencies: object; readonly optionalDependencies: object } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const dependencies = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }))

describe('imports point one way', () => {
  const sources = sourcesUnder('src', 'laws', 'examples')

  it('finds the sources', () => {
    expect(Object.keys(sources)).toContain('src/index.ts')
  })

  it('finds nothing wrong with them', () => {
    expect(problemsOf(sources, dependencies)).toEqual([])
  })
})

describe('what counts as an import', () => {
  it('is every form that TypeScript has, and nothing in a comment or a string', () => {
    const source = `
      /** import { a } from './comment.ts' */
      import { b } from './value.ts'
      import type { C } from './type.ts'
      import './effect.ts'
      export * from './all.ts'
      export type { D } from './exportedType.ts'
      export const text = "import x from './string.ts'", late = () => import('./late.ts')
      export type E = import('./inline.ts').E | C | typeof b`
    expect(importsOf('src/columns/a.ts', source).map(({ specifier, kind }) => `${kind} ${specifier}`)).toEqual([
      'value ./value.ts',
      'type ./type.ts',
      'value ./effect.ts',
      'value ./all.ts',
      'type ./exportedType.ts',
      'value ./late.ts',
      'type ./inline.ts',
    ])
  })
})

/** A lawful graph, small: each control below adds one violation to it. */
const lawful: Sources = {
  'src/columns/column.ts': 'export type Column = Float64Array',
  'src/trajectories/batch.ts': "import type { Column } from '../columns/column.ts'\nexport interface Batch { readonly reward: Column }",
  'src/credit/total.ts': "import { pipe } from 'fp-ts/lib/function.js'\nimport type { Kind } from 'fp-ts/HKT.js'\nexport const total = (k: Kind<never, 1>) => pipe(k)",
  'src/exact/index.ts': "export { total } from '../credit/total.ts'",
  'src/index.ts': "export { total } from './credit/total.ts'",
  'laws/index.ts': "import { total } from 'estimand'\nimport { assert } from 'fast-check'\nexport const law = [total, assert]",
}

const violations: readonly (readonly [what: string, added: Sources, expected: RegExp])[] = [
  ['a cycle of two files', { 'src/columns/a.ts': "export * from './b.ts'", 'src/columns/b.ts': "export * from './a.ts'" }, /cycle: src\/columns\/a\.ts -> src\/columns\/b\.ts -> src\/columns\/a\.ts/],
  ['a cycle of types', { 'src/columns/a.ts': "export type { B } from './b.ts'", 'src/columns/b.ts': "import type { A } from './a.ts'\nexport type B = A" }, /cycle: /],
  ['a file that imports itself', { 'src/columns/a.ts': "export * from './a.ts'" }, /cycle: /],
  ['an import against the order', { 'src/columns/a.ts': "export { total } from '../credit/total.ts'" }, /credit does not come before columns/],
  ['a type import against the order', { 'src/columns/a.ts': "export type A = import('../trajectories/batch.ts').Batch" }, /trajectories does not come before columns/],
  ['an import between neighbours', { 'src/reduce/a.ts': "export { total } from '../credit/total.ts'" }, /credit does not come before reduce/],
  ['src on laws', { 'src/exact/a.ts': "export { law } from '../../laws/index.ts'" }, /laws does not come before exact/],
  ['a folder on the index', { 'src/exact/a.ts': "export { total } from '../index.ts'" }, /index\.ts does not come before exact/],
  ['the package by its own name', { 'src/exact/a.ts': "export { total } from 'estimand'" }, /is this package/],
  ['a folder without a place', { 'src/magic/a.ts': 'export {}' }, /magic has no place/],
  ['a file outside the folders', { 'src/loose.ts': 'export {}' }, /loose\.ts has no place/],
  ['a tensor library', { 'src/credit/a.ts': "import '@tensorflow/tfjs'" }, /is a tensor library/],
  ['another tensor library, late', { 'src/credit/a.ts': "export const load = () => import('@jax-js/jax')" }, /is a tensor library/],
  ['node in the core', { 'src/credit/a.ts': "import { readFileSync } from 'node:fs'\nexport { readFileSync }" }, /exists in node only/],
  ['node without its prefix', { 'src/credit/a.ts': "import 'path'" }, /exists in node only/],
  ['an undeclared package', { 'laws/a.ts': "import 'lodash'" }, /not among the dependencies/],
  ['fp-ts without lib', { 'src/credit/a.ts': "import { pipe } from 'fp-ts/function'\nexport { pipe }" }, /'fp-ts\/function' fails in plain node/],
  ['fp-ts without .js', { 'laws/a.ts': "import { pipe } from 'fp-ts/lib/function'\nexport { pipe }" }, /fails in plain node/],
  ['the root of io-ts', { 'examples/01-a.ts': "import * as t from 'io-ts'\nexport { t }" }, /'io-ts' fails in plain node/],
  ['HKT as a value', { 'src/credit/a.ts': "import { URIS } from 'fp-ts/HKT.js'\nexport { URIS }" }, /'fp-ts\/HKT\.js' fails in plain node/],
  ['an extension that is not .ts', { 'src/columns/a.ts': "export * from './column.js'" }, /names no source/],
  ['a file that is not there', { 'src/columns/a.ts': "export * from './b.ts'" }, /names no source/],
  ['a folder whose name says nothing', { 'laws/helpers/a.ts': 'export {}' }, /a name that says nothing/],
  ['a file whose name says nothing', { 'src/credit/utils.ts': 'export {}' }, /a name that says nothing/],
]

describe('negative controls', () => {
  it('accepts the lawful graph', () => {
    expect(problemsOf(lawful, dependencies)).toEqual([])
  })

  it.each(violations)('reports %s', (_, added, expected) => {
    const problems = problemsOf({ ...lawful, ...added }, dependencies)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
  })
})
