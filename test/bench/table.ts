import type { About, Change, Outcome, Results, Row } from './results.ts'
import { isBusy } from './results.ts'

/** A number as a person would write it: three digits, k and M above a thousand. */
export const readable = (x: number): string => {
  if (!Number.isFinite(x)) return 'never'
  const size = Math.abs(x)
  if (size >= 999_500) return `${readable(x / 1e6)}M`
  if (size >= 9_995) return `${readable(x / 1e3)}k`
  const digits = size === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(size) + 1e-9))
  return x.toFixed(Math.min(digits, 4))
}

const ranged = ({ median, min, max }: { readonly median: number; readonly min: number; readonly max: number }): string =>
  min === max ? readable(median) : `${readable(median)} (${readable(min)} to ${readable(max)})`

const times = (x: number): string => (Number.isFinite(x) ? `${readable(x)}x` : '-')

/** What the same pairs give by CPU time. */
const byCpu = ({ rows }: Outcome, unit: string, name: string): string => {
  const found = rows.find((row) => row.reading === 'cpu' && row.unit.startsWith(unit))?.ratios.find((one) => one.name === name)
  return found === undefined ? '' : times(found.ofMedians)
}

/** Columns of a table of results. */
export const columns = ['', 'unit', 'estimand', 'beside', 'theirs', 'ratio', 'by CPU time', 'goal'] as const

const goalOf = (row: Row, name: string, last: boolean, busy: boolean): string =>
  row.goals
    // A goal stands beside the side it names; one against several, or none, stands in the last line.
    .filter(({ goal }) => (goal.endsWith(`x ${name}`) ? true : last && (goal.includes('the best of') || !row.ratios.some((one) => goal.endsWith(`x ${one.name}`)))))
    .map(({ goal, number, met }) => `${goal}: ${met ? 'met' : 'not met'}${busy ? ', but busy' : ''}${goal.includes('the best of') ? ` (${readable(number)})` : ''}`)
    .join('; ')

/** The lines of an outcome: one for each side that ours stands beside. */
export const linesOf = (outcome: Outcome): readonly (readonly string[])[] => {
  const busy = isBusy(outcome)
  return outcome.rows
    .filter(({ reading }) => reading !== 'cpu')
    .flatMap((row) => {
      const [ours, ...others] = row.sides
      if (others.length === 0) return [[outcome.name, row.unit, ranged(ours), '', '', '', '', goalOf(row, '', true, busy)]]
      return others.map((side, k) => {
        const { ofMedians, min, max } = row.ratios[k]
        return [
          k === 0 ? outcome.name : '',
          k === 0 ? row.unit : '',
          k === 0 ? ranged(ours) : '',
          side.name,
          ranged(side),
          `${times(ofMedians)}${min === max || !Number.isFinite(min) || !Number.isFinite(max) ? '' : ` (${readable(min)} to ${readable(max)})`}`,
          row.reading === 'value' ? byCpu(outcome, row.unit, side.name) : '',
          goalOf(row, side.name, k === others.length - 1, busy),
        ]
      })
    })
}

/** Cells in columns for a terminal. */
export const inColumns = (lines: readonly (readonly string[])[]): string => {
  const widths = (lines[0] ?? []).map((_, k) => Math.max(...lines.map((line) => line[k].length)))
  return lines.map((line) => line.map((cell, k) => cell.padEnd(widths[k])).join('  ').trimEnd()).join('\n')
}

/** A table in Markdown, without the columns that nobody fills. */
export const inMarkdown = (head: readonly string[], lines: readonly (readonly string[])[]): string => {
  const filled = head.map((_, k) => k === 0 || lines.some((line) => line[k] !== ''))
  const row = (cells: readonly string[]): string => `| ${cells.filter((_, k) => filled[k]).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')
}

/** Where and with what it was measured. */
export const aboutText = ({ date, cpu, cores, memory, system, core, threads, node, commit, peers, repeat }: About, worstLoad: number): string =>
  [
    `${date.slice(0, 10)}${commit === null ? '' : `, commit ${commit}`}: ${cpu}, ${cores} cores, ${memory}, ${system}; Node ${node}`,
    ...(Object.keys(peers).length === 0 ? [] : [Object.entries(peers).map(([name, version]) => `${name} ${version}`).join(', ')]),
    `${threads} thread, ${core === null ? 'on any core' : `all kept on core ${core}`}; load at most ${worstLoad.toFixed(1)}; medians (least to greatest), in turns`,
    `again: ${repeat}`,
  ].join('\n')

/** The greatest load that was seen. */
export const worstLoad = ({ outcomes }: Results): number => Math.max(0, ...outcomes.flatMap(({ load }) => load))

/** What a reader must know of results from a busy machine; empty: it was quiet. */
export const busyText = ({ outcomes }: Results): string => {
  const busy = outcomes.filter(isBusy).length
  return busy === 0
    ? ''
    : `The machine was busy with other work in ${busy} of ${outcomes.length} comparisons: their ratios are no evidence, those by CPU time neither, for whoever needs more of the caches is slowed down more.`
}

/** Groups, in the order of their first outcome. */
export const groupsOf = (outcomes: readonly Outcome[]): readonly string[] => [...new Set(outcomes.map(({ group }) => group))]

/** All results for a terminal. */
export const text = (results: Results): string =>
  [
    aboutText(results.about, worstLoad(results)),
    ...[busyText(results)].filter((line) => line !== ''),
    ...groupsOf(results.outcomes).flatMap((group) => [
      '',
      group,
      inColumns([columns, ...results.outcomes.filter((one) => one.group === group).flatMap(linesOf)]),
    ]),
  ].join('\n')

/** How our numbers compare with an earlier run, for a terminal. */
export const changesText = (changes: readonly Change[], date: string): string =>
  [
    `against ${date.slice(0, 10)}: above 1 is better now`,
    inColumns([
      ['', 'unit', 'then', 'now', 'as good'],
      ...changes.map(({ name, unit, before, now, asGood }) => [name, unit, readable(before), readable(now), times(asGood)]),
    ]),
  ].join('\n')
