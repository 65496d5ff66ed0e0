import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Page } from './page.ts'
import { fenced } from './page.ts'

/** Commands that a help text lists, in its order. */
export const commandsOf = (help: string): readonly string[] => {
  const [, listed = ''] = /^Commands:\n((?: {2}.*\n?)+)/m.exec(help) ?? []
  return listed.split('\n').flatMap((line) => {
    const [, name] = /^ {2}([a-z]+)/.exec(line) ?? []
    return name === undefined || name === 'help' ? [] : [name]
  })
}

/** The page of the command line, made of what the program says of itself; null while there is no program. */
export const commandLinePage = (program: string): Page | null => {
  if (!existsSync(program)) return null
  const help = (...command: readonly string[]): string =>
    execFileSync(process.execPath, [program, ...command, '--help'], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } }).trimEnd()
  const all = help()
  return {
    title: 'Command line',
    path: 'command-line',
    body: [
      'The program `estimand` comes with the package. What follows is what it says of itself.',
      fenced('text', all),
      ...commandsOf(`${all}\n`).flatMap((command) => [`## estimand ${command}`, fenced('text', help(command))]),
    ].join('\n\n'),
  }
}
