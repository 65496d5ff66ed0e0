import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { asModule } from './asModule.ts'
import { examplesOf } from './docstrings.ts'
import type { Example } from './docstrings.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
// Below this folder, so that vitest and the compiler resolve the public names as they do for any test.
const generated = mkdtempSync(join(root, 'test', 'documentation', 'generated-'))

afterAll(() => {
  rmSync(generated, { recursive: true, force: true })
})

const write = (example: Example): string => {
  const path = join(generated, `${example.path.replaceAll(/\W/g, '.')}.line${example.line}.ts`)
  writeFileSync(path, asModule(example, '../check.ts'))
  return path
}

/** The file of an example that can be read. */
const readable = (example: Example): readonly string[] => {
  try {
    return [write(example)]
  } catch {
    return []
  }
}

const run = async (example: Example): Promise<void> => {
  await import(/* @vite-ignore */ write(example))
}

const compile = (files: readonly string[]): string => {
  const project = join(generated, 'tsconfig.json')
  writeFileSync(project, JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: { noUnusedLocals: false }, files, include: [] }))
  try {
    return execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project], { cwd: generated, encoding: 'utf8' })
  } catch (failure) {
    return (failure as { readonly stdout: string }).stdout
  }
}

const examples = ['src', 'laws'].flatMap((folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
        .toSorted()
        .flatMap((path) => examplesOf(path, readFileSync(join(root, path), 'utf8')))
    : [],
)

describe('the examples in docstrings', () => {
  it('are found', () => {
    expect(examples).not.toHaveLength(0)
  })

  it.each(examples.filter(({ compileOnly }) => !compileOnly).map((example) => [`${example.path}:${example.line}`, example] as const))(
    '%s',
    async (_, example) => {
      await run(example)
    },
  )

  it('compile', () => {
    // One that cannot be read fails above, under its own name.
    const files = examples.flatMap((example) => readable(example))
    expect(compile(files)).toBe('')
  })
})

/** The only example of an invented docstring. */
const invented = (...lines: readonly string[]): Example => {
  const [example] = examplesOf('invented.ts', ['/**', ' * Words.', ' *', ' * @example', ...lines.map((line) => ` * ${line}`), ' */', 'export {}'].join('\n'))
  return { ...example, path: `invented ${lines.join(' ')}` }
}

describe('what an example may claim', () => {
  it.each([
    ['a number', '1 + 2 // => 3'],
    ['a number to 12 digits', '0.1 + 0.2 // => 0.3'],
    ['a structure', "({ a: [1, 'two'], b: null }) // => { a: [1, 'two'], b: null }"],
    ['a typed array as its numbers', 'Float64Array.of(1, 2) // => [1, 2]'],
    ['what node prints', "new Map([['a', 1]]) // => Map(1) { 'a' => 1 }"],
    ['an undefined value', 'undefined // => undefined'],
    ['an infinite one', '-1 / 0 // => -Infinity'],
    ['a bound name', 'const x = [1] // => [1]'],
    ['a promise by its value', 'Promise.resolve(4) // => 4'],
    ['an error', "JSON.parse('{') // => throws SyntaxError: JSON"],
  ])('%s', async (_, line) => {
    await run(invented(line))
  })

  it('several lines, fenced', async () => {
    await run(invented('```ts', 'const both = [1, 2]', 'both', '  .map((x) => 2 * x) // => [2, 4]', '', 'both.length', '// => 2', '```'))
  })

  it('nothing, if it is only to be compiled', () => {
    const example = invented('```ts compile-only', "import { it } from 'vitest'", "it('is in no test', () => {})", '```')
    expect(example.compileOnly).toBe(true)
    expect(compile([write(example)])).toBe('')
  })

  it('a value seen from the example', async () => {
    await run(invented("import * as E from 'fp-ts/lib/Either.js'", 'E.of(3) // => E.right(3)'))
  })
})

describe('negative controls', () => {
  it.each([
    ['a wrong number', '1 + 2 // => 4', /expected 4, got 3/],
    ['a number wrong in the 11th digit', '1.00000000001 // => 1', /expected 1, got 1\.00000000001/],
    ['NaN for a number', '0 / 0 // => 0', /got NaN/],
    ['a missing element', '[1] // => [1, 2]', /got \[ 1 \]/],
    ['an extra key', '({ a: 1, b: undefined }) // => { a: 1 }', /got \{ a: 1, b: undefined \}/],
    ['no error', '1 // => throws RangeError', /expected throws RangeError, got 1/],
    ['another error', "JSON.parse('{') // => throws RangeError", /got SyntaxError/],
    ['an error for a value', "JSON.parse('{') // => 1", /throws SyntaxError/],
    ['no claim', '1 + 2', /claims nothing/],
    ['a claim about nothing', '// => 3', /no value stands before/],
    ['a claim far from its value', '3\n\n// => 3', /no value stands before/],
    ['the second of two claims', '3 // => 3\n4 // => 5', /expected 5, got 4/],
    ['a claim inside a function', 'const f = () => {\n 1 // => 2\n}', /no value stands before/],
    ['a name that the package lacks', "import { noSuchName } from 'estimand'\nnoSuchName(1) // => 1", /noSuchName/],
  ])('rejects %s', async (_, lines, message) => {
    await expect(run(invented(...lines.split('\n')))).rejects.toThrow(message)
  })

  it('rejects what runs but does not compile', () => {
    expect(compile([write(invented('const text: string = 1 as number', 'text // => 1'))])).toMatch(/TS2322/)
  })
})
