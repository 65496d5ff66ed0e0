import type { Axis } from './axis.ts'
import { axisOf, placeOn } from './axis.ts'
import type { ComparedRow, Row } from './compare.ts'
import type { Label, Spot } from './labels.ts'
import { heaps, labelled } from './labels.ts'

/** Size of a panel in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** An estimator in a panel. */
export interface Point {
  /** Its number, from 0. */
  readonly estimator: number
  readonly bias: number
  readonly deviation: number
  readonly row: ComparedRow
}

/** A label and the point that it stands beside. */
export type PlacedLabel = Label & Pick<Point, 'bias' | 'deviation'>

/** One world: bias against standard deviation of each estimator. */
export interface Panel {
  readonly world: string
  readonly x: Axis
  readonly y: Axis
  readonly points: readonly Point[]
  /** Norms of the gradients that were estimated: one, unless objectives differ. */
  readonly targetNorms: readonly number[]
}

/** A bias, and a deviation, this small compared to the other numbers of its panel is rounding: the deviation is the root of a difference. */
const rounding = { bias: 1e-9, deviation: 1e-7 }
/** Rewards are around 1. */
const nothing = 1e-12

const settled = (x: number, scale: number, share: number): number => (x <= Math.max(nothing, share * scale) ? 0 : x)

/** The panel of a world, with rounding drawn as the 0 that it is. */
export const panelOf = (world: string, estimators: readonly string[], rows: readonly Row[]): Panel => {
  const compared = rows.filter((row) => row._tag === 'compared')
  const scale = Math.max(0, ...compared.flatMap(({ biasNorm, standardDeviation, targetNorm }) => [biasNorm, standardDeviation, targetNorm]))
  const points = compared.map((row) => ({
    estimator: estimators.indexOf(row.estimator),
    bias: settled(row.biasNorm, scale, rounding.bias),
    deviation: settled(row.standardDeviation, scale, rounding.deviation),
    row,
  }))
  return {
    world,
    x: axisOf(points.map(({ bias }) => bias)),
    y: axisOf(points.map(({ deviation }) => deviation)),
    points,
    targetNorms: [...new Set(compared.map(({ targetNorm }) => settled(targetNorm, scale, rounding.bias)))],
  }
}

const spotOf = ({ x, y }: Panel, { width, height }: Size, { bias, deviation }: Point): Spot => ({
  x: placeOn(x, bias) * width,
  y: (1 - placeOn(y, deviation)) * height,
})

/** Labels of a panel, one for points that lie on each other; null where one of them finds no place. */
const namedIn = (panel: Panel, size: Size, fontSize: number, nameOf: (estimators: readonly number[]) => string): readonly (PlacedLabel | null)[] => {
  const spots = panel.points.map((point) => spotOf(panel, size, point))
  const together = heaps(spots)
  const texts = together.map((heap) => [spots[heap[0]], nameOf(heap.map((k) => panel.points[k].estimator))] as const)
  return labelled(texts, { ...size, size: fontSize }).map((label, k) => {
    const { bias, deviation } = panel.points[together[k][0]]
    return label && { ...label, bias, deviation }
  })
}

/** Numbers from 1, runs of three or more with a dash: 1-3, 5. */
const numbered = (estimators: readonly number[]): string => {
  const runs: [number, number][] = []
  for (const k of estimators.map((e) => e + 1).toSorted((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === k - 1) last[1] = k
    else runs.push([k, k])
  }
  return runs.map(([from, to]) => (from === to ? String(from) : to === from + 1 ? `${from}, ${to}` : `${from}\u2013${to}`)).join(', ')
}

/** Labels of all panels. */
export interface Labels {
  /** Whether points are labelled by the names of estimators, or, where some would find no place, by their numbers in the legend. */
  readonly by: 'name' | 'number'
  readonly panels: readonly (readonly PlacedLabel[])[]
}

/** The labels of some panels: names if every one finds its place, else numbers, of which some may be left out. */
export const labelsOf = (panels: readonly Panel[], estimators: readonly string[], size: Size, fontSize: number): Labels => {
  const names = panels.map((panel) => namedIn(panel, size, fontSize, (heap) => heap.map((k) => estimators[k]).join(', ')))
  if (names.every((labels) => !labels.includes(null))) return { by: 'name', panels: names.map((labels) => labels.filter((label) => label !== null)) }
  return { by: 'number', panels: panels.map((panel) => namedIn(panel, size, fontSize, numbered).filter((label) => label !== null)) }
}
