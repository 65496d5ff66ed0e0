import { parseSync } from 'oxc-parser'
import type { Comment, Program } from 'oxc-parser'

/** A name that a module exports, where it is declared, and what is written above it. */
export interface Documented {
  readonly name: string
  readonly path: string
  readonly is: 'class' | 'type' | 'value'
  readonly docstring: string | undefined
}

/** Code of an example, and the line of the file that its first line stands on. */
export interface Example {
  readonly path: string
  readonly line: number
  readonly code: string
  /** Whether it may only be compiled: a fence marked `ts compile-only`, for code that needs a test runner around it. */
  readonly compileOnly: boolean
}

const parsed = (path: string, source: string): { readonly program: Program; readonly comments: readonly Comment[] } => {
  const { program, comments, errors } = parseSync(path, source)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`)
  return { program, comments }
}

const isDocstring = ({ type, value }: Comment): boolean => type === 'Block' && value.startsWith('*')

/** Lines of a docstring without its stars. */
const textOf = (value: string): readonly string[] =>
  value
    .slice(1)
    .split('\n')
    .map((line, k) => (k === 0 ? line.trim() : line.replace(/^\s*\* ?/, '').trimEnd()))

const fence = /^\s*```/

const blocksOf = (lines: readonly string[]): readonly { readonly at: number; readonly lines: readonly string[] }[] => {
  const blocks: { at: number; lines: string[] }[] = []
  let open: { at: number; lines: string[] } | undefined
  let fenced = false
  for (const [at, line] of lines.entries()) {
    if (fence.test(line)) fenced = !fenced
    if (!fenced && /^@\w/.test(line)) {
      open = undefined
      if (/^@example\b/.test(line)) blocks.push((open = { at, lines: [line.replace(/^@example\s*/, '')] }))
    } else open?.lines.push(line)
  }
  return blocks
}

/** The fenced parts of an example, or all of it if it has no fence. */
const codesOf = (lines: readonly string[]): readonly { readonly at: number; readonly code: string; readonly compileOnly: boolean }[] => {
  const fences = lines.flatMap((line, at) => (fence.test(line) ? [at] : []))
  if (fences.length === 0) return [{ at: 0, code: lines.join('\n'), compileOnly: false }]
  return fences
    .filter((_, k) => k % 2 === 0)
    .map((from, k) => ({
      at: from + 1,
      code: lines.slice(from + 1, fences[2 * k + 1] ?? lines.length).join('\n'),
      compileOnly: /compile-only/.test(lines[from]),
    }))
}

/** Every example of every docstring of a source. */
export const examplesOf = (path: string, source: string): readonly Example[] =>
  parsed(path, source)
    .comments.filter(isDocstring)
    .flatMap(({ value, start }) => {
      const first = source.slice(0, start).split('\n').length
      return blocksOf(textOf(value)).flatMap((block) =>
        codesOf(block.lines).map(({ at, code, compileOnly }) => ({ path, line: first + block.at + at, code, compileOnly })),
      )
    })

type Statement = Program['body'][number]

const isOf = (statement: Statement): Documented['is'] => {
  if (statement.type === 'ClassDeclaration') return 'class'
  return statement.type === 'TSInterfaceDeclaration' || statement.type === 'TSTypeAliasDeclaration' ? 'type' : 'value'
}

const namesOf = (statement: Statement): readonly string[] => {
  switch (statement.type) {
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return statement.id ? [statement.id.name] : []
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [statement.id.name]
    default:
      return []
  }
}

const nameOf = (node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string => node.name ?? String(node.value)

/** Reads the source that an import names from a path, and says its path. */
export type Resolve = (from: string, specifier: string) => { readonly path: string; readonly source: string }

/** Every name that a module exports, followed through its re-exports to the declaration. */
export const exportsOf = (path: string, source: string, resolve: Resolve): readonly Documented[] => {
  const { program, comments } = parsed(path, source)
  const declared = new Map<string, Documented>()
  const imported = new Map<string, { readonly name: string; readonly specifier: string }>()

  const from = (specifier: string): readonly Documented[] => {
    const target = resolve(path, specifier)
    return exportsOf(target.path, target.source, resolve)
  }
  const local = (name: string, exported: string): readonly Documented[] => {
    const through = imported.get(name)
    if (through !== undefined) return from(through.specifier).flatMap((found) => (found.name === through.name ? [{ ...found, name: exported }] : []))
    const own = declared.get(name)
    return own === undefined ? [] : [{ ...own, name: exported }]
  }

  let end = 0
  for (const statement of program.body) {
    const docstring = comments.findLast((comment) => isDocstring(comment) && comment.start >= end && comment.end <= statement.start)?.value
    end = statement.end
    const declaration = statement.type === 'ExportNamedDeclaration' ? (statement.declaration ?? undefined) : statement
    if (declaration !== undefined)
      for (const name of namesOf(declaration))
        declared.set(name, { name, path, is: isOf(declaration), docstring: docstring ?? declared.get(name)?.docstring })
    if (statement.type === 'ImportDeclaration')
      for (const specifier of statement.specifiers)
        if (specifier.type === 'ImportSpecifier')
          imported.set(specifier.local.name, { name: nameOf(specifier.imported), specifier: statement.source.value })
  }

  return program.body.flatMap((statement): readonly Documented[] => {
    if (statement.type === 'ExportAllDeclaration') return from(statement.source.value)
    if (statement.type !== 'ExportNamedDeclaration') return []
    if (statement.declaration) return namesOf(statement.declaration).flatMap((name) => local(name, name))
    const { source: target } = statement
    if (target === null) return statement.specifiers.flatMap((one) => local(nameOf(one.local), nameOf(one.exported)))
    const there = from(target.value)
    return statement.specifiers.flatMap((one) =>
      there.flatMap((found) => (found.name === nameOf(one.local) ? [{ ...found, name: nameOf(one.exported) }] : [])),
    )
  })
}

/** What a docstring says before its tags, in one line. */
export const summaryOf = (docstring: string): string => {
  const lines = textOf(docstring)
  const tag = lines.findIndex((line) => /^@\w/.test(line))
  return lines.slice(0, tag === -1 ? lines.length : tag).join(' ').trim()
}

/** Whether a docstring has an example. */
export const hasExample = (docstring: string): boolean => blocksOf(textOf(docstring)).length > 0
