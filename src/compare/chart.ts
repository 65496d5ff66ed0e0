import type { Axis } from './axis.ts'
import { tickText } from './axis.ts'
import type { Row } from './compare.ts'
import { widthOf, wrapped } from './labels.ts'
import type { Labels, Panel, PlacedLabel, Size } from './panel.ts'
import { labelsOf, panelOf } from './panel.ts'

/** A chart of vega-lite and its size in pixels. Without a browser no text can be measured, so that every position is given. */
export interface Chart extends Size {
  readonly spec: object
  readonly padding: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }
}

/** Colours that people with any colour vision tell apart: Okabe, Ito 2008, Color universal design, without the yellow that white swallows. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'] as const
/** As many as share no factor with the colours, so that 56 estimators differ; a print without colours tells eight apart. */
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right', 'triangle-left'] as const

const ink = '#222222'
const faint = '#666666'
const fontSize = { title: 17, world: 13, text: 12, label: 11 } as const
const lineHeight = 17

/** Room for the numbers and the title of an axis. */
const axisRoom = { x: { numbers: 24, title: 18 }, y: { numbers: 50, title: 20 }, line: 16 } as const
const air = 14

/** Characters that XML has no way to write. */
// oxlint-disable-next-line no-control-regex
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const writable = (text: string): string => text.replace(unwritable, '\ufffd').replace(/\s+/g, ' ')

const short = (x: number): string => String(Number(x.toPrecision(3)))

/** Hollow symbols: those that lie on each other all show. */
const symbols = { type: 'point', size: 95, strokeWidth: 2, filled: false, opacity: 1 } as const
const marked = (estimator: number) => ({ colour: colours[estimator % colours.length], shape: shapes[estimator % shapes.length] })
const asGiven = (field: string) => ({ field, type: 'nominal', scale: null, legend: null }) as const
const marks = { stroke: asGiven('colour'), shape: asGiven('shape') } as const

const pixels = (field: 'x' | 'y') => ({ field, type: 'quantitative', scale: null, axis: null }) as const
const inPixels = { x: pixels('x'), y: pixels('y') } as const

interface Line {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly size?: number
  readonly weight?: 'bold'
  readonly colour?: string
}

/** Lines of text, each at its place. */
const textLayers = (lines: readonly Line[]): readonly object[] =>
  lines.map(({ x, y, text, size = fontSize.text, weight = 'normal', colour = ink }) => ({
    data: { values: [{ x, y, text }] },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: size, fontWeight: weight, color: colour, aria: false },
    encoding: { ...inPixels, text: { field: 'text', type: 'nominal' } },
  }))

const scaleOf = ({ scale, domain }: Axis) => ({
  ...(scale.type === 'linear' ? { type: 'linear' } : { type: 'symlog', constant: scale.linearTo }),
  domain,
  zero: false,
  nice: false,
})

/** How panels stand beside each other. */
interface Grid extends Size {
  readonly columns: number
}

const gridOf = (count: number): Grid => {
  if (count === 1) return { columns: 1, width: 620, height: 400 }
  return count <= 4 ? { columns: 2, width: 370, height: 260 } : { columns: 3, width: 290, height: 200 }
}

/** What an axis says of its scale, a line each; the name only where `says` has one. */
const titleOf = (says: readonly string[], { scale }: Axis): readonly string[] => [...says, ...(scale.type === 'linear' ? [] : [`log from ${tickText(scale.linearTo)}`])]

/** Above a panel: the name of its world, in as many lines as the longest of all needs. */
const headingLines = (world: string, width: number): readonly string[] => wrapped(writable(world), fontSize.world, width)

/** Names of the axes stand once for a column or row of panels. No line is longer than a small panel is high, or it would push the heading up. */
const axesOf = ({ x, y }: Panel, isLowest: boolean, isFirst: boolean) => {
  const axis = (field: 'bias' | 'deviation', on: Axis, title: readonly string[], room: number) =>
    ({
      field,
      type: 'quantitative',
      scale: scaleOf(on),
      axis: {
        title,
        values: on.ticks,
        labelExpr: `(${JSON.stringify(Object.fromEntries(on.ticks.map((tick) => [tick, tickText(tick)])))})[datum.value]`,
        minExtent: room,
        maxExtent: room,
      },
    }) as const
  return {
    x: axis('bias', x, titleOf(isLowest ? ['bias |E ghat - grad J| (reward per logit)'] : [], x), axisRoom.x.numbers),
    y: axis('deviation', y, titleOf(isFirst ? ['standard deviation', '(reward per logit)'] : [], y), axisRoom.y.numbers),
  }
}

type Axes = ReturnType<typeof axesOf>

/** A label on a white ground, so that no line goes through it. */
const labelLayers = (axes: Axes, { bias, deviation, text, align, dx, dy }: PlacedLabel): readonly object[] =>
  [{ stroke: 'white', strokeWidth: 4, color: 'white' }, { color: ink }].map((ground) => ({
    data: { values: [{ bias, deviation, label: writable(text) }] },
    mark: { type: 'text', align, baseline: 'middle', dx, dy, fontSize: fontSize.label, aria: false, ...ground },
    encoding: { ...axes, text: { field: 'label', type: 'nominal' } },
  }))

const panelSpec = (panel: Panel, labels: readonly PlacedLabel[], axes: Axes, { width, height }: Size): object => {
  const values = panel.points.map(({ estimator, bias, deviation, row }) => ({
    bias,
    deviation,
    ...marked(estimator),
    says: `${writable(row.estimator)}: bias ${short(bias)}, standard deviation ${short(deviation)}`,
  }))
  const atZero = { mark: { type: 'rule', color: '#888888', strokeWidth: 1, aria: false } }
  return {
    width,
    height,
    title: {
      text: headingLines(panel.world, width),
      subtitle: panel.points.length === 0 ? 'nothing could be computed' : `|grad J| = ${panel.targetNorms.map(short).join(' or ')}`,
    },
    layer: [
      { ...atZero, data: { values: [{ bias: 0 }] }, encoding: { x: axes.x } },
      { ...atZero, data: { values: [{ deviation: 0 }] }, encoding: { y: axes.y } },
      ...labels.flatMap((label) => labelLayers(axes, label)),
      { data: { values }, mark: symbols, encoding: { ...axes, ...marks, description: { field: 'says', type: 'nominal' } } },
    ],
  }
}

/** A part of the chart that is made of lines at pixels, from its top. */
interface Block {
  readonly height: number
  readonly layers: readonly object[]
}

/** The mark and name of each estimator, in as many columns as fit. */
const legendOf = (estimators: readonly string[], by: Labels['by'], width: number): Block => {
  if (estimators.length === 0) return { height: 0, layers: [] }
  const inset = 16
  const names = estimators.map((name, k) => (by === 'number' ? `${k + 1}  ${writable(name)}` : writable(name)))
  const widest = Math.max(...names.map((name) => widthOf(name, fontSize.text))) + inset + 24
  const columns = Math.max(1, Math.min(names.length, Math.floor(width / widest)))
  const perColumn = Math.ceil(names.length / columns)
  const entries: (Line & ReturnType<typeof marked>)[] = []
  const lines: Line[] = []
  let row = 0
  for (const [k, name] of names.entries()) {
    if (k % perColumn === 0) row = 0
    const x = 8 + Math.floor(k / perColumn) * widest
    entries.push({ x, y: (row + 0.5) * lineHeight, text: name, ...marked(k) })
    for (const text of wrapped(name, fontSize.text, width - inset - 8)) lines.push({ x: x + inset, y: (row++ + 0.5) * lineHeight, text })
  }
  return {
    height: Math.max(...lines.map(({ y }) => y)) + lineHeight / 2,
    layers: [{ data: { values: entries }, mark: { ...symbols, aria: false }, encoding: { ...inPixels, ...marks } }, ...textLayers(lines)],
  }
}

/** Groups what has the same key, in the order of the keys. */
const grouped = <A>(all: readonly A[], keyOf: (one: A) => string): readonly (readonly A[])[] => {
  const groups = new Map<string, A[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return [...groups.values()]
}

/** What could not be computed and why, a sentence for each reason and the worlds in which it holds. */
const omissions = (rows: readonly Row[], worlds: readonly string[]): readonly string[] => {
  const missing = rows.filter((row) => row._tag === 'not compared')
  const byEstimator = grouped(missing, ({ estimator, because }) => JSON.stringify([estimator, because])).map((same) => ({
    estimator: same[0].estimator,
    because: same[0].because,
    where: same.map(({ world }) => world),
  }))
  return grouped(byEstimator, ({ because, where }) => JSON.stringify([because, where])).map((same) => {
    const [{ because, where }] = same
    const place = where.length === worlds.length ? '' : ` (in ${where.join(', ')})`
    return writable(`${same.map(({ estimator }) => estimator).join(', ')}${place}: ${because}`)
  })
}

const noteOf = (notes: readonly string[], width: number): Block => {
  if (notes.length === 0) return { height: 0, layers: [] }
  const lines = notes.flatMap((note) => wrapped(note, fontSize.text, width - 12).map((text, k) => ({ text, first: k === 0 })))
  const below = (k: number): number => (k + 0.5) * lineHeight
  return {
    height: (lines.length + 1) * lineHeight,
    layers: textLayers([
      { x: 0, y: below(0), text: 'Not computed', weight: 'bold', colour: faint },
      ...lines.flatMap(({ text, first }, k) => [
        ...(first ? [{ x: 0, y: below(k + 1), text: '\u2022', colour: faint }] : []),
        { x: 12, y: below(k + 1), text, colour: faint },
      ]),
    ]),
  }
}

const headerOf = (rows: readonly Row[], width: number): Block => {
  const several = (names: readonly string[], between: string): string => [...new Set(names)].join(between)
  const sizes = several(rows.map(({ N }) => String(N)), ' or ')
  const samplers = several(rows.map(({ sampling }) => sampling), ' or the ')
  const subtitle = `Exact, for batches of ${sizes} ${sizes === '1' ? 'trajectory' : 'trajectories'} sampled by the ${samplers} policy. Norms over all components of the gradient.`
  const lines = wrapped(subtitle, fontSize.text, width)
  return {
    height: 24 + lines.length * lineHeight,
    layers: textLayers([
      { x: 0, y: 10, text: 'Bias and standard deviation', size: fontSize.title, weight: 'bold' },
      ...lines.map((text, k) => ({ x: 0, y: 24 + (k + 0.5) * lineHeight, text, colour: faint })),
    ]),
  }
}

/** Blocks above each other, with some room between and around them, as one view. */
const stacked = (blocks: readonly Block[], width: number, before: number, after: number): { readonly height: number; readonly spec: object } => {
  const filled = blocks.filter(({ layers }) => layers.length > 0)
  const moved = (by: number) => (layer: object): object => ({ ...layer, transform: [{ calculate: `datum.y + ${by}`, as: 'y' }] })
  const layers: object[] = []
  let height = before
  for (const [k, block] of filled.entries()) {
    if (k > 0) height += air
    layers.push(...block.layers.map(moved(height)))
    height += block.height
  }
  height += after
  return { height, spec: { width, height, view: { stroke: null }, layer: layers } }
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]

/**
 * Bias against standard deviation as a chart of vega-lite: one panel per world, a mark per estimator.
 *
 * Each panel has its own axes, since gradients of different worlds have different sizes; the size of the gradient stands above it.
 */
export const chartOf = (rows: readonly Row[]): Chart => {
  const worlds = unique(rows.map(({ world }) => world))
  const estimators = unique(rows.filter(({ _tag }) => _tag === 'compared').map(({ estimator }) => estimator))
  const grid = gridOf(worlds.length)
  const columns = Math.min(grid.columns, worlds.length)
  const panels = worlds.map((world) => panelOf(world, estimators, rows.filter((row) => row.world === world)))
  const labels = labelsOf(panels, estimators, grid, fontSize.label)
  // In a row that is not full the panels above the missing ones have their titles, too.
  const lowest = (k: number): boolean => k + columns >= panels.length
  const axes = panels.map((panel, k) => axesOf(panel, lowest(k), k % columns === 0))
  const lines = (chosen: readonly Axes[], of: 'x' | 'y'): number => Math.max(0, ...chosen.map((axis) => axis[of].axis.title.length))
  const room = (of: 'x' | 'y', titleLines: number): number =>
    axisRoom[of].numbers + (titleLines === 0 ? 0 : axisRoom[of].title + (titleLines - 1) * axisRoom.line)
  const heading = Math.max(...worlds.map((world) => headingLines(world, grid.width).length)) * (fontSize.world + 3) + lineHeight + 8
  const rowCount = Math.ceil(panels.length / columns)
  const gap = {
    row: heading + air + room('x', lines(axes.slice(0, (rowCount - 1) * columns), 'x')),
    column: air + room('y', lines(axes.filter((_, k) => k % columns > 0), 'y')),
  }
  const width = columns * grid.width + (columns - 1) * gap.column
  const gridHeight = rowCount * grid.height + (rowCount - 1) * gap.row
  const header = stacked([headerOf(rows, width)], width, 0, heading + air)
  // The grid has no height of its own, so that what follows it begins where it begins.
  const below = gridHeight + room('x', lines(axes, 'x')) + air
  const footer = stacked([legendOf(estimators, labels.by, width), noteOf(omissions(rows, worlds), width)], width, below, 0)
  return {
    width,
    height: header.height + footer.height,
    padding: { left: 12 + room('y', lines(axes, 'y')), right: 24, top: 16, bottom: 16 },
    spec: {
      background: 'white',
      description: 'Bias against standard deviation of policy-gradient estimators, one panel per world',
      spacing: 0,
      bounds: 'flush',
      vconcat: [
        header.spec,
        { columns, spacing: gap, bounds: 'flush', concat: panels.map((panel, k) => panelSpec(panel, labels.panels[k], axes[k], grid)) },
        footer.spec,
      ],
      config: {
        font: 'Helvetica, Arial, sans-serif',
        title: { anchor: 'start', frame: 'group', offset: 8, color: ink, fontSize: fontSize.world, subtitleColor: faint, subtitleFontSize: fontSize.text, subtitlePadding: 4 },
        axis: {
          labelColor: ink,
          titleColor: ink,
          labelFontSize: fontSize.label,
          titleFontSize: fontSize.text,
          titleFontWeight: 'normal',
          titlePadding: 0,
          labelLimit: 0,
          labelOverlap: false,
          gridColor: '#e8e8e8',
          domain: false,
          tickColor: '#888888',
          aria: false,
        },
        view: { stroke: '#bbbbbb' },
      },
    },
  }
}
