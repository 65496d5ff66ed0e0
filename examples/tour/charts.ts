import { escaped } from './formula.ts'
import type { Findings } from './oracle.ts'
import type { Curve } from './training.ts'
import { namesIn, solvedAt } from './training.ts'

const fixed = (x: number): string => String(Math.round(x * 100) / 100)

/** Round numbers from 0 to at most `most`, about `count` of them. */
export const ticks = (most: number, count: number): readonly number[] => {
  const rough = most / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((k) => k * power).find((size) => size >= rough) ?? 10 * power
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, k) => k * step)
}

/** 1234 as 1.23k. */
const thousands = (x: number): string => (x >= 1000 ? `${fixed(x / 1000)}k` : fixed(x))

/** A picture that can be read aloud: its title says what it is, its description what it shows. */
const picture = (id: string, [width, height]: readonly [number, number], title: string, description: string, marks: readonly string[]): string =>
  [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">`,
    `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc>`,
    ...marks,
    '</svg>',
  ].join('\n')

/** The mean returns of all runs against their steps; a colour and a dash for each pipeline, a line for each seed, a dot where it was solved. */
export const learningCurves = (curves: readonly Curve[]): string => {
  const [width, height, left, right, top, bottom] = [720, 380, 56, 28, 14, 36]
  const most = Math.max(1, ...curves.map(({ steps }) => steps))
  const x = (steps: number): string => fixed(left + ((width - left - right) * steps) / most)
  const y = (value: number): string => fixed(height - bottom - ((height - top - bottom) * value) / 500)
  const names = namesIn(curves)

  const level = (value: number, kind: string): string =>
    `<line class="${kind}" x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}"/>` +
    `<text class="tick" x="${left - 9}" y="${y(value)}" dominant-baseline="central" text-anchor="end">${value}</text>`
  const stepTick = (steps: number): string =>
    `<text class="tick" x="${x(steps)}" y="${height - bottom + 10}" dominant-baseline="hanging" text-anchor="middle">${thousands(steps)}</text>`
  const line = ({ name, points, seed }: Curve): string => {
    const path = points.map(({ steps, meanReturn }, k) => `${k === 0 ? 'M' : 'L'}${x(steps)} ${y(meanReturn)}`).join('')
    return `<path class="line series${names.indexOf(name)}" d="${path}"><title>${escaped(`${name}, seed ${seed}`)}</title></path>`
  }
  const dot = ({ name, solved, steps, points }: Curve): readonly string[] =>
    solved ? [`<circle class="dot series${names.indexOf(name)}" cx="${x(steps)}" cy="${y(points.at(-1)?.meanReturn ?? solvedAt)}" r="5"/>`] : []

  const told = ({ seed, solved, steps }: Curve): string => `seed ${seed} ${solved ? '' : 'not '}solved after ${steps} steps`
  const description = names.map((name) => `${name}: ${curves.filter((curve) => curve.name === name).map(told).join(', ')}`).join('; ')
  return picture('curves', [width, height], 'Mean return of the last 100 episodes by steps of the environment', description, [
    ...[0, 100, 200, 300, 400].map((value) => level(value, 'grid')),
    level(solvedAt, 'goal'),
    ...ticks(most, 6).map(stepTick),
    ...curves.map(line),
    ...curves.flatMap(dot),
  ])
}

const told = (x: number): string => (x < 1e-9 ? '0' : x.toFixed(2))

/** Noise and bias of each pipeline as bars, both as shares of |grad J|. */
export const biasAndNoise = (findings: readonly Findings[]): string => {
  const [width, row, left, right] = [720, 50, 156, 56]
  const most = Math.max(...findings.map(({ noise, bias }) => Math.max(noise, bias)))
  const long = (value: number): number => (value < 1e-9 ? 0 : ((width - left - right) * value) / most)
  const bar = (kind: string, value: number, y: number): string =>
    `<rect class="${kind}" x="${left}" y="${y}" width="${fixed(long(value))}" height="16" rx="2"/>` +
    `<text class="tick" x="${fixed(left + long(value) + 8)}" y="${y + 8}" dominant-baseline="central">${told(value)}</text>`
  const marks = findings.flatMap(({ stop, noise, bias }, k) => [
    `<text class="label" x="${left - 12}" y="${k * row + 23}" dominant-baseline="central" text-anchor="end">${escaped(stop.name)}</text>`,
    bar('noise', noise, k * row + 6),
    bar('bias', bias, k * row + 24),
  ])
  const height = findings.length * row
  const description = findings.map(({ stop, noise, bias }) => `${stop.name}: noise ${told(noise)}, bias ${told(bias)}`).join('; ')
  return picture('bars', [width, height], 'Noise and bias of each pipeline as shares of the gradient', description, [
    ...marks,
    `<line class="zero" x1="${left}" x2="${left}" y1="0" y2="${height}"/>`,
  ])
}
