import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as fc from 'fast-check'
import { baseline, causality, importance, leaveOneOut, meanOverTrajectories, perTrajectory, recipes, reduce, scale, totalReturn } from 'estimand'
import type { AnyEstimator, Estimator } from 'estimand'
import { worlds } from 'estimand/exact'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { axisOf, placeOn, tickText } from '../../src/compare/axis.ts'
import { chartOf } from '../../src/compare/chart.ts'
import { compare } from '../../src/compare/compare.ts'
import type { ComparedRow, Row } from '../../src/compare/compare.ts'
import { heaps, labelled, widthOf, wrapped } from '../../src/compare/labels.ts'
import { labelsOf, panelOf } from '../../src/compare/panel.ts'
import { plotOf } from '../../src/compare/plot.ts'
import { parseXml } from './xml.ts'
import type { Element } from './xml.ts'

const any = <N, B extends string>(e: Estimator<N, B>): AnyEstimator => e as Estimator<unknown, B>
const mean = reduce(meanOverTrajectories)
const reinforce = any(pipe(totalReturn, mean))
const toGo = any(pipe(totalReturn, causality, mean))
const loo = any(pipe(totalReturn, baseline(leaveOneOut), mean))

const svgOf = async (rows: readonly Row[]): Promise<string> => {
  const plot = await plotOf(rows)
  return E.isRight(plot) ? plot.right : expect.fail(plot.left)
}
const row = (estimator: string, biasNorm: number, standardDeviation: number, world = 'w'): ComparedRow => ({
  _tag: 'compared',
  world,
  estimator,
  N: 2,
  sampling: 'target',
  biasNorm,
  standardDeviation,
  meanSquaredError: biasNorm ** 2 + standardDeviation ** 2,
  cosine: null,
  target: 'gradJ',
  targetNorm: 1,
  trajectories: 4,
})

const under = (element: Element): readonly Element[] => [element, ...element.children.flatMap(under)]
const textsOf = (svg: string): readonly string[] =>
  under(parseXml(svg))
    .filter(({ name }) => name === 'text' || name === 'tspan')
    .map(({ text }) => text)
    .filter((text) => text !== '')
/** All texts, joined as a reader would where a long name goes on in the next line. */
const said = (svg: string): string => textsOf(svg).join(' ')
/** Names that are wrapped lose the space at which they break, and no other character. */
const squeezed = (text: string): string => text.replace(/\s+/g, '')

const marksOf = (svg: string): readonly Element[] => under(parseXml(svg)).filter(({ attributes }) => attributes['aria-roledescription'] === 'point' || attributes['aria-roledescription'] === 'point mark')

describe('the SVG', () => {
  const few = [...compare({ estimators: { reinforce, toGo, loo }, worlds: { one: worlds.rtgRaisesVariance.mdp, other: worlds.timestepRatioFlipsSign.mdp } })]

  it('is well-formed XML on a white ground', async () => {
    const root = parseXml(await svgOf(few))
    expect(root.name).toBe('svg')
    expect(root.attributes['xmlns']).toBe('http://www.w3.org/2000/svg')
    expect(root.children.some(({ name, attributes }) => name === 'rect' && attributes['fill'] === 'white')).toBe(true)
  })

  it('says what it shows: title, axes with their units, worlds, estimators, batch', async () => {
    const text = said(await svgOf(few))
    for (const words of ['Bias and standard deviation', 'bias |E ghat - grad J| (reward per logit)', 'standard deviation (reward per logit)', 'one', 'other', 'reinforce', 'toGo', 'loo', 'batches of 2 trajectories'])
      expect(text).toContain(words)
  })

  it('has a mark for each estimator in each world, described in words', async () => {
    const svg = await svgOf(few)
    const described = under(parseXml(svg)).flatMap(({ attributes }) => attributes['aria-label'] ?? [])
    expect(described).toEqual(expect.arrayContaining(['reinforce: bias 0, standard deviation 0', 'toGo: bias 0, standard deviation 0.5']))
    expect(marksOf(svg)).toHaveLength(few.length)
  })

  it('is the same for the same rows', async () => {
    const [a, b] = [await svgOf(few), await svgOf(few)]
    expect(a).toBe(b)
    const other = await svgOf([...few, row('another', 0.3, 0.2, 'one')])
    expect(other).not.toBe(a)
    expect(await svgOf(few)).toBe(a)
  })

  it('is as large as the chart, whatever vega takes the widths of texts to be', async () => {
    const { width, height, padding } = chartOf(few)
    const { attributes } = parseXml(await svgOf(few))
    expect([Number(attributes['width']), Number(attributes['height'])]).toEqual([width + padding.left + padding.right, height + padding.top + padding.bottom])
  })

  it('names what could not be computed, and why', async () => {
    const off = any(pipe(totalReturn, importance(perTrajectory), mean))
    const comparison = { estimators: { reinforce, toGo, off }, worlds: { one: worlds.rtgRaisesVariance.mdp, other: worlds.timestepRatioFlipsSign.mdp }, sampling: 'behaviour' } as const
    const text = said(await svgOf([...compare(comparison)]))
    expect(text).toContain('Not computed')
    expect(text).toContain('reinforce, toGo: needs on-policy data: add importance(...) to the pipeline, or let the target policy sample')
    const [, , ...rest] = [...compare(comparison)]
    expect(said(await svgOf(rest))).toContain('reinforce, toGo (in other): needs on-policy data')
  })

  it('nothing at all could be computed', async () => {
    const text = said(await svgOf([...compare({ estimators: { reinforce }, worlds: { one: worlds.rtgRaisesVariance.mdp }, sampling: 'behaviour' })]))
    expect(text).toContain('nothing could be computed')
    expect(text).toContain('reinforce: needs on-policy data')
  })

  it('no rows: a sentence', async () => {
    expect(await plotOf([])).toEqual(E.left('nothing to plot: give at least one estimator and one world'))
  })
})

interface Box {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where each line of text stands, as far as that can be known without its font. */
const boxesOf = (svg: string): readonly Box[] => {
  const boxes: Box[] = []
  const visit = (element: Element, x: number, y: number): void => {
    const { transform = '', 'font-size': fontSize = '0', 'text-anchor': anchor = 'start' } = element.attributes
    const [, dx = '0', dy = '0'] = /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(transform) ?? []
    const [left, bottom] = [x + Number(dx), y + Number(dy)]
    if (element.name === 'text') {
      const size = parseFloat(fontSize)
      const lines = element.children.length === 0 ? [element.text] : element.children.map(({ text }) => text)
      let below = 0
      for (const [k, text] of lines.entries()) {
        below += Number(element.children[k]?.attributes['dy'] ?? 0)
        const width = widthOf(text, size)
        const from = anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2
        // Upwards from the baseline, where the text is turned.
        boxes.push(
          transform.includes('rotate(-90)')
            ? { text, left: left + below - 0.75 * size, right: left + below + 0.2 * size, top: bottom - from - width, bottom: bottom - from }
            : { text, left: left + from, right: left + from + width, top: bottom + below - 0.75 * size, bottom: bottom + below + 0.2 * size },
        )
      }
    }
    for (const child of element.children) visit(child, left, bottom)
  }
  visit(parseXml(svg), 0, 0)
  return boxes
}

describe('the layout', () => {
  const recipesOf = (count: number, rename: (name: string, k: number) => string): Readonly<Record<string, AnyEstimator>> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, k) => {
        const [name, { estimator }] = Object.entries(recipes)[k % Object.keys(recipes).length]
        return [rename(k < 13 ? name : `${name}${k}`, k), any(estimator as Estimator<unknown, string>)]
      }),
    )
  const long = (name: string, k: number): string => `${name} ${'["totalReturn",{"importance":"perStep"}],'.repeat(1 + (k % 4))}`
  const cases = [2, 6, 14].flatMap((count) =>
    [1, 2, 4, 5, 9].flatMap((worldCount) =>
      (['target', 'behaviour'] as const).flatMap((sampling) => [
        [count, worldCount, sampling, 'short', (name: string) => name] as const,
        [count, worldCount, sampling, 'long', long] as const,
      ]),
    ),
  )
  it.each(cases)('%i estimators, %i worlds, %s policy, %s names: nothing is cut off or written over', async (count, worldCount, sampling, length, rename) => {
    const places = Object.entries(worlds).slice(0, worldCount)
    const rows = [
      ...compare({
        estimators: recipesOf(count, rename),
        worlds: Object.fromEntries(places.map(([name, { mdp }]) => [length === 'long' ? `${name}, ${'whose name is far too long '.repeat(4)}` : name, mdp])),
        sampling,
        value: 'exact',
      }),
    ]
    const svg = await svgOf(rows)
    const { width, height } = parseXml(svg).attributes
    const boxes = boxesOf(svg)
    // A label stands twice in the same place: once as its ground.
    const once = boxes.filter((a, k) => boxes.findIndex((b) => b.text === a.text && b.left === a.left && b.top === a.top) === k)
    expect(once.length).toBeGreaterThan(10)
    for (const [k, a] of once.entries()) {
      expect([a.text, a.left >= 0 && a.right <= Number(width) && a.top >= 0 && a.bottom <= Number(height)]).toEqual([a.text, true])
      const covered = once.slice(k + 1).filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      expect([a, ...covered]).toEqual([a])
    }
  })
})

describe('names of any kind', () => {
  const nasty = ['<script>alert(1)</script>', '& "both" \'quotes\' &amp;', ']]>', '\u0000\u0007\ud800', '\u4e16\u754c \ud83d\ude00', '__proto__', 'datum.bias', '%{[$]}', `${'long '.repeat(60)}name`, 'x'.repeat(300)]

  it('are escaped, and all of them stand there', async () => {
    const svg = await svgOf(nasty.flatMap((name, k) => [row(name, k, 1, `world ${nasty[0]}`), row(name, 1, k, nasty[3])]))
    expect(svg).not.toContain('<script>')
    const text = squeezed(textsOf(svg).join(''))
    for (const name of nasty) expect(text).toContain(squeezed(name.replace('\u0000\u0007\ud800', '\ufffd\ufffd\ufffd')))
    expect(text).toContain(squeezed(`world ${nasty[0]}`))
  })

  it('property: any names and numbers give well-formed XML without NaN', async () => {
    const number = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }), fc.integer({ min: -17, max: 9 }).map((k) => 10 ** k))
    const name = fc.string({ unit: 'binary', maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
        fc.array(number, { minLength: 40, maxLength: 40 }),
        async (estimators, places, numbers) => {
          const rows = places.flatMap((world, i) => estimators.map((e, j) => row(e, numbers[8 * i + 2 * j], numbers[8 * i + 2 * j + 1], world)))
          const svg = await svgOf(rows)
          const root = parseXml(svg)
          const attributes = under(root).flatMap((element) => Object.entries(element.attributes))
          // Geometry; a name may well be NaN.
          for (const [key, value] of attributes) if (key !== 'aria-label') expect(value, key).not.toMatch(/NaN|Infinity|undefined|null/)
          expect(marksOf(svg)).toHaveLength(rows.length)
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('what is drawn', () => {
  it('rounding is 0', () => {
    const { points, x } = panelOf('w', ['a', 'b'], [row('a', 1e-17, 3e-9), row('b', 0.5, 1)])
    expect(points.map(({ bias, deviation }) => [bias, deviation])).toEqual([
      [0, 0],
      [0.5, 1],
    ])
    expect(x.scale.type).toBe('linear')
  })
  it('a small bias is not', () => {
    expect(panelOf('w', ['a', 'b'], [row('a', 1e-6, 1), row('b', 0.5, 1)]).points[0].bias).toBe(1e-6)
  })
  it('every recipe over many worlds', async () => {
    const estimators = Object.fromEntries(Object.entries(recipes).map(([name, { estimator }]) => [name, any(estimator as Estimator<unknown, string>)]))
    const many = Object.fromEntries(Object.entries(worlds).slice(0, 9).map(([name, { mdp }]) => [name, mdp]))
    const rows = [...compare({ estimators, worlds: many, value: 'exact', actionValue: 'exact' })]
    const svg = await svgOf(rows)
    for (const name of [...Object.keys(estimators), ...Object.keys(many)]) expect(said(svg)).toContain(name)
    expect(marksOf(svg)).toHaveLength(rows.length)
  })
  it('marks of up to 56 estimators differ', async () => {
    const svg = await svgOf(Array.from({ length: 56 }, (_, k) => row(`e${k}`, k, 1)))
    const looks = marksOf(svg).map(({ attributes }) => `${attributes['stroke']} ${attributes['d']}`)
    expect(new Set(looks).size).toBe(56)
  })
})

describe('an axis', () => {
  const numbers = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1e9, noNaN: true })), { maxLength: 8 })
  it('holds its numbers and 0, in order, and writes 0', () => {
    fc.assert(
      fc.property(numbers, (all) => {
        const axis = axisOf(all)
        const places = [0, ...all].toSorted((a, b) => a - b).map((x) => placeOn(axis, x))
        expect(places.every((p, k) => p > 0.05 && p < 0.95 && (k === 0 || p >= places[k - 1]))).toBe(true)
        expect(axis.ticks[0]).toBe(0)
        expect(axis.ticks.every((tick, k) => k === 0 || placeOn(axis, tick) > placeOn(axis, axis.ticks[k - 1]))).toBe(true)
        expect(axis.ticks.length).toBeLessThanOrEqual(7)
      }),
    )
  })
  it('shows the smallest number apart from 0', () => {
    fc.assert(
      // Panels draw as 0 what is smaller than a billionth of the largest.
      fc.property(fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 }), (all) => {
        const axis = axisOf(all)
        expect(placeOn(axis, Math.min(...all)) - placeOn(axis, 0)).toBeGreaterThan(0.02)
      }),
    )
  })
  it('is linear until a number would vanish beside another', () => {
    expect(axisOf([0.1, 1]).scale).toEqual({ type: 'linear' })
    expect(axisOf([0, 0.003, 1]).scale).toEqual({ type: 'symlog', linearTo: 0.001 })
    expect(axisOf([0, 0.5]).ticks).toEqual([0, 0.2, 0.4])
    expect(axisOf([])).toEqual({ scale: { type: 'linear' }, domain: [-0.08, 1], ticks: [0] })
  })
  it('writes numbers in full, or with a power of ten', () =>
    expect([0, 0.0001, 0.00005, 12345, 100000, 150000, 1e-12].map(tickText)).toEqual(['0', '0.0001', '5e-5', '12345', '1e5', '1.5e5', '1e-12']))
})

describe('labels', () => {
  const size = { width: 300, height: 200, size: 11 }
  it('cover neither marks nor each other, and stay inside', () => {
    const spots = fc.array(fc.tuple(fc.record({ x: fc.integer({ min: 0, max: 300 }), y: fc.integer({ min: 0, max: 200 }) }), fc.string({ minLength: 1, maxLength: 20 })), { maxLength: 12 })
    fc.assert(
      fc.property(spots, (texts) => {
        const boxes = labelled(texts, size).flatMap((label, k) => {
          if (label === null) return []
          const [{ x, y }, text] = texts[k]
          const width = widthOf(text, 11)
          const left = x + label.dx - { left: 0, center: width / 2, right: width }[label.align]
          return [{ left, right: left + width, top: y + label.dy - 5.5, bottom: y + label.dy + 5.5 }]
        })
        for (const [k, a] of boxes.entries()) {
          expect(a.left >= 0 && a.right <= 300 && a.top >= 0 && a.bottom <= 200).toBe(true)
          for (const b of boxes.slice(k + 1)) expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false)
          for (const [{ x, y }] of texts) expect(a.left < x + 5 && x - 5 < a.right && a.top < y + 5 && y - 5 < a.bottom).toBe(false)
        }
      }),
    )
  })
  it('marks that lie on each other share one', () => {
    expect(heaps([{ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 1, y: 1 }])).toEqual([[0, 2], [1]])
  })
  it('are names where all find a place, else numbers, with runs written as such', () => {
    const panel = (...rows: readonly Row[]) => panelOf('w', ['a', 'b', 'c', 'd', 'e'], rows)
    const small = { width: 270, height: 190 }
    expect(labelsOf([panel(row('a', 0, 1), row('b', 1, 0))], ['a', 'b'], small, 11)).toMatchObject({ by: 'name', panels: [[{ text: 'a' }, { text: 'b' }]] })
    const long = ['a'.repeat(60), 'b', 'c', 'd', 'e']
    const heap = panel(row('a', 0, 1), row('b', 0, 1), row('c', 0, 1), row('e', 0, 1), row('d', 1, 0))
    expect(labelsOf([panel(row('a', 0, 1), row('b', 0, 1), row('d', 1, 0))], long, small, 11)).toMatchObject({ panels: [[{ text: '1, 2' }, { text: '4' }]] })
    expect(labelsOf([heap], long, small, 11)).toMatchObject({ by: 'number', panels: [[{ text: '1\u20133, 5' }, { text: '4' }]] })
  })
  it('wrapped texts keep every character but spaces, and fit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
        const lines = wrapped(text, 12, 200)
        expect(squeezed(lines.join(''))).toBe(squeezed(text))
        for (const line of lines) expect(widthOf(line, 12)).toBeLessThanOrEqual(200)
      }),
    )
  })
})

describe('without the packages', () => {
  afterEach(() => {
    vi.doUnmock('vega')
    vi.resetModules()
  })
  it('a sentence says how to get them', async () => {
    vi.resetModules()
    vi.doMock('vega', () => {
      throw new Error("Cannot find package 'vega'")
    })
    const { plotOf: plain } = await import('../../src/compare/plot.ts')
    expect(await plain([row('a', 0, 1)])).toEqual(E.left('a plot needs two packages that are not installed: npm install vega vega-lite'))
  })
})

describe('scaled estimators', () => {
  it('a ten-thousandth of a bias is told from none', async () => {
    const estimators = { reinforce, more: any(pipe(totalReturn, mean, scale(1.0001))), tenfold: any(pipe(totalReturn, mean, scale(10))) }
    const [a, b] = panelOf('w', ['reinforce', 'more', 'tenfold'], [...compare({ estimators, worlds: { w: worlds.timestepRatioFlipsSign.mdp } })]).points
    expect([a.bias, b.bias > 0]).toEqual([0, true])
    expect(said(await svgOf([...compare({ estimators, worlds: { w: worlds.timestepRatioFlipsSign.mdp } })]))).toContain('log from')
  })
})
