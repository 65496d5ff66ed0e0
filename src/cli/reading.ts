import type { Problem } from '../trajectories/problem.ts'

/** What becomes of keys of a file that nothing reads: they are named once, or refused. */
export interface Reading {
  /**
   * @param where  what the file is called at the beginning of paths
   * @param paths  of the keys
   * @returns      problems, where such keys are refused
   */
  readonly unread: (where: string, paths: readonly string[]) => readonly Problem[]
}

const mostNamed = 20

/** Without --strict keys are named in one line; with it they are problems. */
export const readingOf = (strict: boolean, say: (line: string) => void): Reading => {
  const said = new Set<string>()
  return {
    unread: (where, paths) => {
      if (strict) return paths.map((path) => ({ path: `${where}${path.startsWith('[') ? '' : '.'}${path}`, expected: 'a key that is read, since --strict refuses others', got: 'one that nothing reads' }))
      const fresh = paths.filter((path) => !said.has(`${where} ${path}`))
      for (const path of fresh) said.add(`${where} ${path}`)
      const rest = fresh.length - mostNamed
      if (fresh.length > 0) say(`${where}: not read: ${fresh.slice(0, mostNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''} (--strict refuses such keys)`)
      return []
    },
  }
}
