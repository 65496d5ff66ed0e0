import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { aligned, short } from '../../laws/report.ts'
import type { FactSources } from '../codec/request.ts'
import { compare } from '../compare/compare.ts'
import type { Row } from '../compare/compare.ts'
import { plotOf } from '../compare/plot.ts'
import { mayHold } from '../record/beginning.ts'
import { isOfRecord } from '../record/files.ts'
import { writeWhole } from '../record/wholeFile.ts'
import { bad } from './outcome.ts'
import type { ExitCode, Io, Outcome } from './outcome.ts'
import type { Named } from './spec.ts'
import type { Style } from './style.ts'
import type { FoundWorld } from './world.ts'

/** What compare was asked for. */
export interface CompareRequest {
  readonly estimators: readonly Named[]
  readonly worlds: readonly FoundWorld[]
  readonly batchSize: number
  readonly facts: FactSources
  readonly sampling?: 'target' | 'behaviour'
  readonly limit?: number
  /** File of the plot; null: none. */
  readonly plot: string | null
}

/** Values by name; where a name comes again it is numbered. */
const byName = <A>(named: readonly (readonly [string, A])[]): Readonly<Record<string, A>> => {
  const out = new Map<string, A>()
  for (const [name, value] of named) {
    let free = name
    for (let k = 2; out.has(free); k++) free = `${name} (${k})`
    out.set(free, value)
  }
  return Object.fromEntries(out)
}

/** Rounding of sums over all trajectories, shown as what it is. */
const tidy = (x: number): string => (Math.abs(x) < 1e-12 ? '0' : short(x))

const cells = (row: Row): readonly string[] =>
  row._tag === 'compared'
    ? [`  ${row.estimator}`, tidy(row.biasNorm), tidy(row.standardDeviation), tidy(Math.sqrt(row.meanSquaredError)), row.cosine === null ? '-' : row.cosine.toFixed(4)]
    : [`  ${row.estimator}`, '-', '-', '-', '-']

const textOf = (rows: readonly Row[], { batchSize, sampling = 'target' }: CompareRequest, style: Style): string => {
  const [heading, ...lines] = aligned([['', 'bias', 'deviation', 'error', 'cosine'], ...rows.map(cells)]).split('\n')
  const body = rows.flatMap((row, k) => {
    const first = k === 0 || rows[k - 1].world !== row.world
    const world = row._tag === 'compared' ? `${row.world}  |grad| ${tidy(row.targetNorm)}, ${row.trajectories} trajectories` : row.world
    return [...(first ? ['', style.bold(world)] : []), row._tag === 'compared' ? lines[k] : `${lines[k]}  ${style.faint(row.because)}`]
  })
  return [
    `Batches of ${batchSize}, sampled by the ${sampling} policy; exact.`,
    'bias: |E ghat - grad J|; deviation: root of the summed variances; error: root of the mean square; cosine: of E ghat and grad J.',
    '',
    style.bold(heading),
    ...body,
  ].join('\n')
}

/** Why a file cannot be written, found out before there is anything to lose; null: nothing stands in the way. */
const unwritable = (path: string): string | null => {
  // Renaming would put a plain file in the place of a device or a pipe.
  if (existsSync(path) && !statSync(path).isFile()) return `${path}, which is ${statSync(path).isDirectory() ? 'a directory' : 'no plain file'}`
  try {
    accessSync(dirname(path), constants.W_OK)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? `${path}: no such folder` : `${path}: a folder that may not be written to`
  }
}

/** How the text of a plot begins. */
const beginningOfPlot = '<svg'

/** Writes a file so that a reader finds it whole or not at all. */
const written = (path: string, text: string): E.Either<string, void> => E.tryCatch(() => writeWhole(path, text), (error) => (error as Error).message)

/** `estimand compare`: exact bias and variance of several estimators over worlds, as a table and as a plot. */
export const runCompare = async (request: CompareRequest, style: Style, io: Io): Promise<Outcome> => {
  const { estimators, worlds, batchSize, facts, sampling, limit, plot } = request
  const obstacle = plot === null ? null : unwritable(plot)
  if (obstacle !== null) return bad('--plot', 'a file that can be written', obstacle)
  if (plot !== null && (isOfRecord(plot) || !mayHold(plot, beginningOfPlot))) return bad('--plot', 'a new file, or one of a plot, since what is in this one would be lost; or --no-plot', plot)
  const named = byName(estimators.map(({ name, estimator }) => [name, estimator] as const))
  const places = byName(worlds.map(({ name, mdp }) => [name, mdp] as const))
  const total = Object.keys(places).length
  const rows: Row[] = []
  for (const [k, [world, mdp]] of Object.entries(places).entries()) {
    io.progress({ count: k + 1, total, what: world })
    rows.push(
      ...compare({ estimators: named, worlds: { [world]: mdp }, batchSize, ...facts, ...(sampling === undefined ? {} : { sampling }), ...(limit === undefined ? {} : { limit }) }),
    )
  }
  const answered = (file: string | null, exit: ExitCode): Outcome =>
    E.right({ json: { batchSize, sampling: sampling ?? 'target', plot: file, rows }, text: textOf(rows, request, style), exit })
  if (plot === null) return answered(null, 0)
  const svg = await plotOf(rows)
  // A plot that cannot be drawn, for want of its optional packages, keeps nobody from the numbers; nor does a full disk.
  if (E.isLeft(svg)) {
    io.err(`estimand: no plot: ${svg.left}\n`)
    return answered(null, 0)
  }
  const done = written(plot, svg.right)
  io.err(E.isLeft(done) ? `estimand: --plot: expected a file that can be written, got ${done.left}\n` : `estimand: wrote ${plot}\n`)
  return E.isLeft(done) ? answered(null, 2) : answered(plot, 0)
}
