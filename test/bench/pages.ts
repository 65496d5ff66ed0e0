/** Tables of pages, made from the newest results, so that no number in them is typed by hand. */
import type { Outcome, Results } from './results.ts'
import { isBusy } from './results.ts'
import { aboutText, busyText, columns, inMarkdown, linesOf, worstLoad } from './table.ts'

/** The newest results of each kind; null: none are kept. */
export interface Newest {
  /** Of npm run bench. */
  readonly alone: Results | null
  /** Of npm run bench:peers. */
  readonly peers: Results | null
}

/** Names of the newest files among those of a folder, which begin with their date. */
export const newestOf = (names: readonly string[]): { readonly alone: string | null; readonly peers: string | null } => {
  const last = (pattern: RegExp): string | null => names.filter((name) => pattern.test(name)).toSorted().at(-1) ?? null
  return { alone: last(/^\d{4}-\d\d-\d\d\.json$/), peers: last(/^\d{4}-\d\d-\d\d-peers\.json$/) }
}

/** What the short table shows. */
const short: readonly string[] = [
  'PPO, CartPole-v1, 500k steps',
  'PPO, CartPole-v1, 100k steps',
  'REINFORCE, CartPole-v1, 60k steps',
  'actor update 4-64-64-2, batch 128',
  'GAE 1000x1024',
  'clipped surrogate 1000x1024',
  'CartPole-v1, 8 copies',
]

const lines = (outcomes: readonly Outcome[]): string => {
  const all = outcomes.flatMap(linesOf)
  return all.length === 0 ? 'Not measured yet.' : inMarkdown(columns, all)
}

const about = (results: Results | null): string =>
  results === null ? 'Not measured yet.' : [...aboutText(results.about, worstLoad(results)).split('\n').map((line) => `- ${line}`), ...[busyText(results)].filter((line) => line !== '').map((line) => `\n${line}`)].join('\n')

const summary = ({ peers }: Newest): string => {
  const found = short.flatMap((name) => peers?.outcomes.filter((one) => one.name === name) ?? [])
  if (peers === null || found.length === 0) return 'Not measured yet.'
  const [, , , , , ratio] = columns
  const rows = found.flatMap((outcome) => linesOf({ ...outcome, rows: outcome.rows.slice(0, 2) }).map((line) => [...line.slice(0, 5), isBusy(outcome) ? `${line[5]}, busy` : line[5]]))
  const { date, cpu, node, core } = peers.about
  const where = `${date.slice(0, 10)}, Node ${node}, ${cpu}, one thread${core === null ? '' : ', all on one core'}; medians (least to greatest) in turns; \`${peers.about.repeat}\`.`
  const warning = busyText({ ...peers, outcomes: found })
  return [inMarkdown([...columns.slice(0, 5), ratio], rows), '', warning === '' ? where : `${where} ${warning}`].join('\n')
}

const contents = (newest: Newest, what: string): string => {
  const [kind, group] = what.split(' ')
  if (kind === 'summary') return summary(newest)
  if (kind !== 'alone' && kind !== 'peers') throw new RangeError(`speed: ${what}: expected summary, alone or peers`)
  const results = newest[kind]
  return group === 'about' ? about(results) : lines(results?.outcomes.filter((one) => one.group === group) ?? [])
}

const marked = /(<!-- speed: ([^>]+?) -->\n)[^]*?(<!-- \/speed -->)/g

/** A page with its tables made anew: what stands between `<!-- speed: peers training -->` and `<!-- /speed -->`. */
export const refreshed = (markdown: string, newest: Newest): string =>
  markdown.replaceAll(marked, (_, open: string, what: string, close: string) => `${open}\n${contents(newest, what)}\n\n${close}`)

/** What the pages show, for a check that nothing is forgotten. */
export const shownIn = (markdown: string): readonly string[] => Array.from(markdown.matchAll(marked), ([, , what]) => what)
