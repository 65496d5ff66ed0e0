import { existsSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { exportsOf, hasExample, summaryOf } from './docstrings.ts'
import type { Documented, Resolve } from './docstrings.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string): string => readFileSync(posix.join(root, path), 'utf8')
const resolve: Resolve = (from, specifier) => {
  const path = posix.join(posix.dirname(from), specifier)
  return { path, source: read(path) }
}

const isFunction = (name: string, loaded: Readonly<Record<string, unknown>>): boolean => typeof loaded[name] === 'function'

/** What is missing, one line a name. Functions show their use; a class or a type needs only to say what it is. */
const missing = (names: readonly Documented[], loaded: Readonly<Record<string, unknown>>): readonly string[] =>
  names.flatMap(({ name, path, is, docstring }) => {
    if (docstring === undefined || summaryOf(docstring) === '') return [`${path}: ${name} has no docstring`]
    return is === 'value' && isFunction(name, loaded) && !hasExample(docstring) ? [`${path}: ${name} has no @example`] : []
  })

describe('every public name is documented', () => {
  it.each(['src/index.ts', 'src/exact/index.ts', 'src/codec/index.ts', 'src/compare/index.ts', 'src/policy/index.ts', 'src/network/index.ts', 'src/backend/index.ts', 'src/environment/index.ts', 'src/training/index.ts', 'src/record/index.ts', 'laws/index.ts'])('%s', async (path) => {
    expect(existsSync(posix.join(root, path)), `${path} exists`).toBe(true)
    const names = exportsOf(path, read(path), resolve)
    const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(posix.join(root, path)).href)
    // A value that the reader of declarations has not found would go unchecked.
    expect(Object.keys(loaded).filter((name) => !names.some((found) => found.name === name))).toEqual([])
    expect(missing(names, loaded)).toEqual([])
  })
})

describe('negative controls', () => {
  const files: Readonly<Record<string, string>> = {
    'index.ts': "export { bare, shown, told as renamed } from './a.ts'\nexport type { Bare, Told } from './a.ts'\nexport * from './b.ts'",
    'a.ts': `
      /** The file. */
      import './b.ts'
      export const bare = () => 1
      /**
       * Shown.
       * @example
       * shown() // => 1
       */
      // A comment between.
      export const shown = () => 1
      /** Told. */
      export const told = () => 1
      export interface Bare {}
      /** Told. */
      export type Told = number
      /** Told, and not exported. */
      const hidden = 1`,
    'b.ts': `
      /** A class says what it is. */
      export class Kind {}
      /** @example number */
      export const number = 1
      const late = 2
      export { late }`,
  }
  const names = exportsOf('index.ts', files['index.ts'] ?? '', (_, specifier) => ({ path: specifier.slice(2), source: files[specifier.slice(2)] ?? '' }))

  it('follows every form of export', () => {
    expect(names.map(({ name, is }) => `${is} ${name}`)).toEqual([
      'value bare',
      'value shown',
      'value renamed',
      'type Bare',
      'type Told',
      'class Kind',
      'value number',
      'value late',
    ])
  })

  it('lists what is missing', () => {
    const f = (): void => undefined
    expect(missing(names, { bare: f, shown: f, renamed: f, Kind: f, number: 1, late: 2 })).toEqual([
      'a.ts: bare has no docstring',
      'a.ts: renamed has no @example',
      'a.ts: Bare has no docstring',
      'b.ts: number has no docstring',
      'b.ts: late has no docstring',
    ])
  })
})
