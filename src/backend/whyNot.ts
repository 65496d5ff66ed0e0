/** The version that this library is tested with. */
const version = '4.22.0'

/** Of some errors only the first line says what happened. */
const firstLine = (failure: unknown): string => String(failure instanceof Error ? failure.message : failure).split('\n')[0]

const codeOf = (failure: unknown): unknown => (failure instanceof Error ? (failure as NodeJS.ErrnoException).code : undefined)

/** Node says 'Cannot find', bundlers and test runners have words of their own; all of them quote the name. */
const isAbsent = (name: string, message: string): boolean => /cannot find|not resolve|failed to/i.test(message) && new RegExp(`["'\`]${name}["'\`]`).test(message)

/**
 * Why a backend does not work, and what to do: the rest of a sentence that begins with its name.
 *
 * @param packages  what it needs
 * @param failure   what loading or the first operation threw
 */
export const whyNot = (packages: readonly string[], failure: unknown): string => {
  const message = firstLine(failure)
  const install = `npm install ${packages.map((name) => `${name}@${version}`).join(' ')}`
  if (packages.some((name) => isAbsent(name, message))) return `is not installed (${install})`
  const [first] = packages
  if (message.includes('tfjs_binding.node') && codeOf(failure) !== 'ERR_DLOPEN_FAILED')
    return `has no addon: its install script did not run (npm rebuild ${first}; npm 12 wants npm install-scripts approve ${first} before)`
  if (codeOf(failure) === 'ERR_DLOPEN_FAILED')
    return `has an addon that does not load, ${message} (remove node_modules/${first}, then ${install}, where its download of libtensorflow can be reached)`
  return `fails: ${message} (${install}; tried with Node 20, 22 and 24)`
}
