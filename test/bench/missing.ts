import type { Side } from './comparison.ts'

/** What a Python has: versions of modules by name, null where it cannot be imported. */
export type Modules = Readonly<Record<string, string | null>>

/** What Python itself and each module is for. */
const uses: Readonly<Record<string, string>> = {
  torch: 'training and updates',
  numpy: 'everything',
  gymnasium: 'training and environments',
  numba: 'weights, beside numpy',
}

const debian: Readonly<Record<string, string>> = { torch: 'python3-torch', numpy: 'python3-numpy', gymnasium: 'python3-gymnasium', numba: 'python3-numba' }

/** CleanRL as it was measured. */
export const cleanRlVersion = {
  repository: 'vwxyzjn/cleanrl',
  commit: 'fe8d8a03c41a7ef5b523e2e354bd01c363e786bb',
  /** SHA-256 of cleanrl/ppo.py of that commit. */
  ppo: 'd8dfbb7ac0b21e747b77d6e6673e566db4d6cdacc83bcebcd19cf87ad0e459ae',
} as const

/** What a look around has found. */
export interface Found {
  /** The command that was to be Python, such as `python3`. */
  readonly python: string
  /** null: it did not run. */
  readonly modules: Modules | null
  /** SHA-256 of CleanRL's ppo.py; null: there is none. */
  readonly cleanRl: string | null
}

/** Names of what is needed and not there, each with how to get it. Empty: all is there. */
export const missing = ({ python, modules, cleanRl }: Found): readonly string[] => {
  const absent = modules === null ? [] : Object.keys(uses).filter((name) => (modules[name] ?? null) === null)
  return [
    ...(modules === null
      ? [`${python} does not run; install Python 3, or name one: --python "COMMAND" or PYTHON="COMMAND" (a command, such as "chroot FOLDER python3", will do)`]
      : []),
    ...absent.map((name) => `${name}, for ${uses[name]}`),
    ...(absent.length === 0
      ? []
      : [`get ${absent.join(', ')}: python3 -m pip install ${absent.join(' ')}, or on Debian: apt-get install ${absent.map((name) => debian[name]).join(' ')}`]),
    ...(cleanRl === null
      ? [
          "CleanRL, for its ppo.py; get it: git clone https://github.com/vwxyzjn/cleanrl && " +
            `git -C cleanrl checkout ${cleanRlVersion.commit.slice(0, 7)}, then --cleanrl cleanrl or CLEANRL=cleanrl`,
        ]
      : []),
  ]
}

/** Modules that a side needs, and CleanRL. */
export const needsOf = (side: Side): readonly string[] => {
  switch (side.from) {
    case 'here':
    case 'program':
      return []
    case 'python':
      return ['numpy', ...Object.keys(uses).filter((name) => name !== 'numpy' && side.measure.startsWith(name))]
    case 'python program':
      return ['numpy', 'torch', 'gymnasium', ...(side.cleanRl === undefined ? [] : ['cleanrl'])]
  }
}

/** Whether all that a side needs is there; one that lacks something is left out. */
export const canRun = (needs: readonly string[], { modules, cleanRl }: Found): boolean =>
  modules !== null && needs.every((need) => (need === 'cleanrl' ? cleanRl !== null : (modules[need] ?? null) !== null))

/** A remark where CleanRL is another version than the one named; null: it is that one, or there is none. */
export const otherCleanRl = ({ cleanRl }: Found): string | null =>
  cleanRl === null || cleanRl === cleanRlVersion.ppo ? null : `cleanrl/ppo.py is not that of commit ${cleanRlVersion.commit.slice(0, 7)} (SHA-256 ${cleanRl.slice(0, 12)})`
