import { parseSync } from 'oxc-parser'
import type { Comment, Program } from 'oxc-parser'
import type { Example } from './docstrings.ts'

type Statement = Program['body'][number]

const isExpression = (text: string): boolean => parseSync('value.ts', `(\n${text}\n)`).errors.length === 0

/** What a statement leaves to compare: its value, or the name that it binds. */
const comparable = (statement: Statement | undefined, code: string): { readonly from: number; readonly to: number; readonly text: string } | undefined => {
  if (statement?.type === 'ExpressionStatement') {
    const { start, end } = statement.expression
    return { from: statement.start, to: statement.end, text: code.slice(start, end) }
  }
  if (statement?.type !== 'VariableDeclaration') return undefined
  const id = statement.declarations.at(-1)?.id
  return id?.type === 'Identifier' ? { from: statement.end, to: statement.end, text: id.name } : undefined
}

const claimOf = ({ type, value }: Comment): string | undefined => (type === 'Line' ? /^\s*=>\s*(.+?)\s*$/.exec(value)?.[1] : undefined)

/** The module that runs an example: each `expression // => value` becomes a check. Lines stay where they are. A SyntaxError if it claims nothing. */
export const asModule = ({ path, line, code, compileOnly }: Example, checkPath: string): string => {
  const { program, comments, errors } = parseSync('example.ts', code)
  const place = (offset: number): string => `${path}:${line + code.slice(0, offset).split('\n').length - 1}`
  if (errors.length > 0) throw new SyntaxError(`${place(0)}: ${errors[0]?.message}`)
  let out = ''
  let at = 0
  let claims = 0
  for (const comment of comments) {
    const claim = claimOf(comment)
    if (claim === undefined) continue
    const statement = program.body.findLast(({ end }) => end <= comment.start)
    const found = comparable(statement, code)
    // Behind the value, or alone on the next line.
    if (found === undefined || !/^[ \t;]*\n?[ \t]*$/.test(code.slice(statement?.end, comment.start)))
      throw new SyntaxError(`${place(comment.start)}: no value stands before // => ${claim}`)
    const expected = isExpression(claim) ? `, () => (${claim})` : ''
    out += `${code.slice(at, found.from)};await check(${JSON.stringify(place(comment.start))}, () => (${found.text}), ${JSON.stringify(claim)}${expected});`
    at = found.to
    claims += 1
  }
  if (claims === 0 && !compileOnly) throw new SyntaxError(`${place(0)}: the example claims nothing; end a line with // => value`)
  return `import { check } from ${JSON.stringify(checkPath)};${out}${code.slice(at)}\nexport { check }\n`
}
