import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { parseSync } from 'oxc-parser'

/** Sources by path from the repository's root, such as src/credit/gae.ts. */
export type Sources = Readonly<Record<string, string>>

/** One import or re-export. A type import leaves no trace in the emitted JavaScript. */
export interface Import {
  readonly specifier: string
  readonly kind: 'type' | 'value'
}

/** Folders of src/, earliest first. One may import itself and those of earlier rows. A new folder gets its place here. */
export const order: readonly (readonly string[])[] = [
  ['simd'],
  ['columns'],
  ['trajectories'],
  ['weighting'],
  ['credit', 'baseline', 'ratio', 'reduce'],
  ['modify'],
  ['estimator'],
  ['registry'],
  ['recipe'],
  ['exact'],
  ['compare'],
  ['environment'],
  ['policy'],
  ['network'],
  ['backend'],
  ['training'],
  ['record'],
  ['codec'],
  ['index.ts'],
  ['laws'],
  ['cli'],
]

const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')

const ownName: Readonly<Record<string, string>> = {
  estimand: 'src/index.ts',
  'estimand/exact': 'src/exact/index.ts',
  'estimand/compare': 'src/compare/index.ts',
  'estimand/codecs': 'src/codec/index.ts',
  'estimand/network': 'src/network/index.ts',
  'estimand/backend': 'src/backend/index.ts',
  'estimand/policy': 'src/policy/index.ts',
  'estimand/environment': 'src/environment/index.ts',
  'estimand/record': 'src/record/index.ts',
  'estimand/training': 'src/training/index.ts',
  'estimand/laws': 'laws/index.ts',
  'estimand/laws/vitest': 'laws/vitest.ts',
}

interface Node {
  readonly type: string
  readonly source?: { readonly value?: unknown } | null
  readonly importKind?: string
  readonly exportKind?: string
}

const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && typeof (x as { type?: unknown }).type === 'string'

const importOf = (node: Node): readonly Import[] => {
  const specifier = node.source?.value
  if (typeof specifier !== 'string') return []
  switch (node.type) {
    case 'ImportDeclaration':
      return [{ specifier, kind: node.importKind === 'type' ? 'type' : 'value' }]
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return [{ specifier, kind: node.exportKind === 'type' ? 'type' : 'value' }]
    case 'ImportExpression':
      return [{ specifier, kind: 'value' }]
    case 'TSImportType':
      return [{ specifier, kind: 'type' }]
    default:
      return []
  }
}

const importsUnder = (x: unknown): readonly Import[] => {
  if (Array.isArray(x)) return x.flatMap(importsUnder)
  if (typeof x !== 'object' || x === null) return []
  return [...(isNode(x) ? importOf(x) : []), ...Object.values(x).flatMap(importsUnder)]
}

/** Every import, export-from, dynamic import and import type of a source. */
export const importsOf = (path: string, source: string): readonly Import[] => {
  const { program, errors } = parseSync(path, source)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`)
  return importsUnder(program)
}

/** The file of this repository that an import names, if it names one. */
const targetOf = (path: string, { specifier }: Import): string | undefined =>
  specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : ownName[specifier]

const placeOf = (path: string): string => {
  const [top = '', next = ''] = path.split('/')
  return top === 'src' ? next : top
}

const rowOf = (path: string): number => order.findIndex((row) => row.includes(placeOf(path)))

const cycles = (edges: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const settled = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`)
      return
    }
    if (settled.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    settled.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

const unhelpfulName = /^(utils?|common|helpers?|misc)(\.ts)?$/

const nameProblems = (path: string): readonly string[] =>
  path.split('/').some((part) => unhelpfulName.test(part)) ? [`${path}: a name that says nothing; name it by what is in it`] : []

const isFpTs = (name: string): boolean => name === 'fp-ts' || name === 'io-ts'

/** Values come from lib/X.js: the other paths satisfy the compiler and vitest, and fail in plain node. */
const fpTsProblems = (path: string, { specifier, kind }: Import): readonly string[] =>
  !isFpTs(packageOf(specifier)) || /^(fp-ts|io-ts)\/lib\/[A-Za-z]+\.js$/.test(specifier) || (kind === 'type' && specifier.endsWith('.js'))
    ? []
    : [`${path}: '${specifier}' fails in plain node; write '${packageOf(specifier)}/lib/X.js'`]

const packageProblems = (path: string, { specifier }: Import, dependencies: ReadonlySet<string>): readonly string[] => {
  if (specifier.startsWith('.') || packageOf(specifier) === 'estimand') return []
  // The command line is a program of node; nothing imports it. Records are files.
  if (isBuiltin(specifier)) return path.startsWith('src/') && !/^src\/(cli|record)\//.test(path) ? [`${path}: '${specifier}' exists in node only; src/ runs anywhere`] : []
  if (/^@(tensorflow|jax-js)\//.test(specifier)) return [`${path}: '${specifier}' is a tensor library; weights need none`]
  return dependencies.has(packageOf(specifier)) ? [] : [`${path}: '${specifier}' is not among the dependencies of package.json`]
}

const edgeProblems = (path: string, one: Import, sources: Sources): readonly string[] => {
  const target = targetOf(path, one)
  if (target === undefined) return []
  if (path.startsWith('src/') && !one.specifier.startsWith('.')) return [`${path}: '${one.specifier}' is this package; write the path of the file`]
  if (sources[target] === undefined) return [`${path}: '${one.specifier}' names no source; relative imports end in .ts`]
  return placeOf(target) === placeOf(path) || rowOf(target) < rowOf(path)
    ? []
    : [`${path}: imports ${target}, but ${placeOf(target)} does not come before ${placeOf(path)}`]
}

/**
 * What is wrong with the imports of src/ and laws/, one sentence each. Sources elsewhere are held only to their names and to
 * the paths of fp-ts and io-ts.
 */
export const problemsOf = (sources: Sources, dependencies: ReadonlySet<string>): readonly string[] => {
  const graph = new Map(Object.entries(sources).map(([path, source]) => [path, importsOf(path, source)]))
  const ordered = [...graph.keys()].filter((path) => path.startsWith('src/') || path.startsWith('laws/'))
  const edges = new Map(
    ordered.map((path) => [path, (graph.get(path) ?? []).flatMap((one) => targetOf(path, one) ?? []).filter((target) => graph.has(target))]),
  )
  return [
    ...[...graph].flatMap(([path, imports]) => [...nameProblems(path), ...imports.flatMap((one) => fpTsProblems(path, one))]),
    ...ordered.filter((path) => rowOf(path) === -1).map((path) => `${path}: ${placeOf(path)} has no place in the order of folders`),
    ...ordered
      .filter((path) => rowOf(path) !== -1)
      .flatMap((path) =>
        (graph.get(path) ?? []).flatMap((one) => [...packageProblems(path, one, dependencies), ...edgeProblems(path, one, sources)]),
      ),
    ...cycles(edges),
  ]
}
