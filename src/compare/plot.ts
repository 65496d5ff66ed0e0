import * as E from 'fp-ts/lib/Either.js'
import type { TopLevelSpec } from 'vega-lite'
import { hasParts, whatItIs } from '../trajectories/argument.ts'
import { chartOf } from './chart.ts'
import type { Row } from './compare.ts'

/** What vega says while it works is nothing that a caller can act on. */
const silent = {
  level: () => silent,
  error: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
}

const isRow = (x: unknown): boolean => hasParts(x) && typeof x['world'] === 'string' && typeof x['estimator'] === 'string' && (x['_tag'] === 'compared' || x['_tag'] === 'not compared')

/**
 * A plot of what `compare` found: bias (x) against standard deviation (y), one panel per world, one mark per estimator.
 *
 * An SVG with a white background, colours that people with any colour vision tell apart, and a shape to each, for prints without colours.
 * Rounding is drawn as the 0 that it is; an axis whose numbers lie far apart is logarithmic beyond the smallest. Rows without numbers are
 * listed below with their reasons. The same rows give the same SVG.
 *
 * It needs the packages vega and vega-lite, which a plain installation brings along; they are loaded on the first call.
 *
 * @param rows  what `compare` gives, at least one
 * @returns     the SVG, or a sentence that says what is missing
 *
 * @example
 * ```ts
 * import * as E from 'fp-ts/lib/Either.js'
 * import { recipes } from 'estimand'
 * import { worlds } from 'estimand/exact'
 * import { compare, plotOf } from 'estimand/compare'
 * const rows = [...compare({ estimators: { reinforce: recipes.reinforce.estimator }, worlds: { rtg: worlds.rtgRaisesVariance.mdp } })]
 * plotOf(rows).then(E.map((svg) => svg.slice(0, 4))) // => E.right('<svg')
 * ```
 */
export const plotOf = async (rows: readonly Row[]): Promise<E.Either<string, string>> => {
  if (!Array.isArray(rows) || !rows.every(isRow)) return E.left(`plotOf: expected the rows that compare gives, as in plotOf([...compare(comparison)]), got ${whatItIs(rows)}`)
  if (rows.length === 0) return E.left('nothing to plot: give at least one estimator and one world')
  const packages = await Promise.all([import('vega'), import('vega-lite')]).catch(() => null)
  if (packages === null) return E.left('a plot needs two packages that are not installed: npm install vega vega-lite')
  const [vega, { compile }] = packages
  // The builder's plain object: the type of vega-lite is a union of every chart that there is.
  const { spec: chart, ...size } = chartOf(rows)
  const { spec } = compile(chart as TopLevelSpec, { logger: silent })
  const view = new vega.View(vega.parse({ ...spec, ...size, autosize: 'none' }), { renderer: 'none', logger: silent })
  const svg = await view.toSVG()
  view.finalize()
  return E.right(svg)
}
