import { agree } from '../documentation/check.ts'
import type { Block } from './guide.ts'

/** A command that a guide shows, and the lines that it says come back; `...` stands for any lines. */
export interface Command {
  readonly line: number
  readonly args: readonly string[]
  readonly output: readonly string[]
  /** The file that standard output goes to, if it is redirected. */
  readonly to: string | null
}

/** The words of a shell's command line: quotation marks of both kinds, no expansion. */
export const argumentsOf = (text: string): readonly string[] =>
  Array.from(text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g), ([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''))

/** The commands of a console block. */
export const commandsOf = ({ code, line }: Pick<Block, 'code' | 'line'>): readonly Command[] => {
  const commands: { line: number; args: readonly string[]; output: string[]; to: string | null }[] = []
  for (const [k, text] of code.split('\n').entries()) {
    const typed = /^\$ estimand (.*?)(?: > ([\w.-]+))?$/.exec(text)
    if (typed !== null) commands.push({ line: line + k, args: argumentsOf(typed[1]), output: [], to: typed[2] ?? null })
    else if (text.trim() !== '') {
      if (commands.length === 0) throw new SyntaxError(`line ${line + k}: output before the first command, $ estimand ...`)
      commands.at(-1)?.output.push(text)
    }
  }
  return commands
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return line.trim().replaceAll(/\s+/g, ' ')
  }
}

/** Whether lines are those shown: JSON by its numbers, text but for its spaces. */
export const isShown = (actual: readonly string[], shown: readonly string[]): boolean => {
  if (shown.length === 0) return actual.length === 0
  const [first, ...rest] = shown
  if (first === '...') return actual.some((_, k) => isShown(actual.slice(k), rest)) || isShown([], rest)
  return actual.length > 0 && agree(parsed(actual[0]), parsed(first)) && isShown(actual.slice(1), rest)
}
