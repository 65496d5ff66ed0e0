import { escaped } from './formula.ts'
import type { Findings } from './oracle.ts'
import type { Curve } from './training.ts'
import { solvedAt } from './training.ts'

const fixed = (x: number): string => String(Math.round(x * 100) / 100)

/** Round numbers from 0 to a little more than `most`, about `count` of them. */
export const ticks = (most: number, count: number): readonly number[] => {
  const rough = most / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((k) => k * power).find((size) => size >= rough) ?? 10 * power
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, k) => k * step)
}

const thousands = (x: number): string => (x >= 1000 ? `${Math.round(x / 1000)}k` : String(x))

/** The mean returns of all runs against their steps; a colour and a dash for each pipeline, a thin line for each seed. */
export const learningCurves = (curves: readonly Curve[]): string => {
  const [width, height, left, right, top, bottom] = [720, 360, 52, 16, 16, 44]
  const most = Math.max(1, ...curves.flatMap(({ points }) => points.map(({ steps }) => steps)))
  const x = (steps: number): number => left + ((width - left - right) * steps) / most
  const y = (value: number): number => height - bottom - ((height - top - bottom) * value) / 500
  const names = [...new Set(curves.map(({ name }) => name))]
  const lines = curves.map(({ name, points, seed }) => {
    const path = points.map(({ steps, meanReturn }, k) => `${k === 0 ? 'M' : 'L'}${fixed(x(steps))} ${fixed(y(meanReturn))}`).join('')
    return `<path class="line series${names.indexOf(name)}" d="${path}"><title>${escaped(`${name}, seed ${seed}`)}</title></path>`
  })
  const ends = curves.flatMap(({ name, solved }) => (solved === null ? [] : [`<circle class="dot series${names.indexOf(name)}" cx="${fixed(x(solved))}" cy="${fixed(y(solvedAt))}" r="4.5"/>`]))
  const grid = [
    ...[0, 100, 200, 300, 400, 500].map((v) => `<line class="grid" x1="${left}" x2="${width - right}" y1="${fixed(y(v))}" y2="${fixed(y(v))}"/><text class="tick" x="${left - 8}" y="${fixed(y(v) + 4)}" text-anchor="end">${v}</text>`),
    ...ticks(most, 6).map((v) => `<text class="tick" x="${fixed(x(v))}" y="${height - bottom + 20}" text-anchor="middle">${thousands(v)}</text>`),
  ]
  const goal = `<line class="goal" x1="${left}" x2="${width - right}" y1="${fixed(y(solvedAt))}" y2="${fixed(y(solvedAt))}"/><text class="tick" x="${width - right}" y="${fixed(y(solvedAt) + 16)}" text-anchor="end">solved: ${solvedAt}</text>`
  const described = names.map((name) => `${name}: ${curves.filter((curve) => curve.name === name).map(({ seed, solved }) => (solved === null ? `seed ${seed} not solved` : `seed ${seed} solved after ${solved} steps`)).join(', ')}`).join('; ')
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="curves-title curves-text">`,
    `<title id="curves-title">Mean return of the last 100 episodes by steps of the environment</title><desc id="curves-text">${escaped(described)}</desc>`,
    ...grid,
    goal,
    ...lines,
    ...ends,
    `<text class="axis" x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">steps of the environment</text>`,
    `<text class="axis" transform="translate(14 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">mean return</text>`,
    '</svg>',
  ].join('\n')
}

/** Bias and noise of each pipeline as bars, both as shares of |grad J|. */
export const biasAndNoise = (findings: readonly Findings[]): string => {
  const [row, left, right, width] = [46, 130, 64, 720]
  const height = findings.length * row + 40
  const most = Math.max(...findings.map(({ noise, bias }) => Math.max(noise, bias)))
  const x = (value: number): number => ((width - left - right) * value) / most
  const bars = findings.flatMap(({ stop, noise, bias }, k) => {
    const y = k * row + 8
    return [
      `<text class="label" x="${left - 12}" y="${y + 20}" text-anchor="end">${escaped(stop.name)}</text>`,
      `<rect class="noise" x="${left}" y="${y}" width="${fixed(x(noise))}" height="14" rx="2"/>`,
      `<text class="tick" x="${fixed(left + x(noise) + 6)}" y="${y + 12}">${noise.toFixed(2)}</text>`,
      `<rect class="bias" x="${left}" y="${y + 17}" width="${fixed(Math.max(x(bias), 1.5))}" height="14" rx="2"/>`,
      `<text class="tick" x="${fixed(left + Math.max(x(bias), 1.5) + 6)}" y="${y + 29}">${bias < 1e-9 ? '0' : bias.toFixed(2)}</text>`,
    ]
  })
  const described = findings.map(({ stop, noise, bias }) => `${stop.name}: noise ${noise.toFixed(2)}, bias ${bias < 1e-9 ? '0' : bias.toFixed(2)}`).join('; ')
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="bars-title bars-text">`,
    `<title id="bars-title">Noise and bias of each pipeline as shares of the gradient</title><desc id="bars-text">${escaped(described)}</desc>`,
    `<line class="grid" x1="${left}" x2="${left}" y1="0" y2="${findings.length * row}"/>`,
    ...bars,
    `<text class="axis" x="${left}" y="${height - 12}">as a share of the length of ∇J; 1 is as much noise as signal in a batch of two</text>`,
    '</svg>',
  ].join('\n')
}
