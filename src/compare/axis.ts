/** How numbers >= 0 are laid out along an axis, 0 included. */
export interface Axis {
  /** linear, or linear up to `linearTo` and logarithmic beyond it, where the numbers differ too much for one to be read beside the other. */
  readonly scale: { readonly type: 'linear' } | { readonly type: 'symlog'; readonly linearTo: number }
  /** A little below 0, so that a mark at 0 is whole, to a little above the largest. */
  readonly domain: readonly [low: number, high: number]
  /** Where a number is written. */
  readonly ticks: readonly number[]
}

/** A number and one this many times larger can still be told from 0 on one linear axis. */
const mostLinear = 30
const mostTicks = 5
const below = 0.08
const above = 0.12
/** A number nearer to 0 than this share of the axis would be written into its 0, and one above the other share into the heading. */
const besideZero = 0.13
const topmost = 0.97

/** 1, 2 or 5 times a power of ten, at least so large. */
const roundStep = (x: number): number => {
  const power = 10 ** Math.floor(Math.log10(x))
  return power * ([1, 2, 5].find((m) => m * power >= x * (1 - 1e-9)) ?? 10)
}

const exactTick = (x: number): number => Number(x.toPrecision(12))

const linear = (most: number): Axis => {
  const step = roundStep((most * (1 + above)) / mostTicks)
  const high = most * (1 + above)
  return {
    scale: { type: 'linear' },
    domain: [-below * most, high],
    ticks: Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, k) => exactTick(k * step)),
  }
}

const symlog = (least: number, most: number): Axis => {
  const linearTo = exactTick(10 ** Math.floor(Math.log10(least)))
  const reach = Math.log1p(most / linearTo)
  const at = (fraction: number): number => linearTo * Math.expm1(fraction * reach)
  const from = Math.round(Math.log10(linearTo))
  const decades = Array.from({ length: Math.floor(Math.log10(at(1 + above))) - from + 1 }, (_, k) => exactTick(10 ** (from + k)))
  const every = Math.ceil(decades.length / mostTicks)
  return { scale: { type: 'symlog', linearTo }, domain: [-at(below), at(1 + above)], ticks: [0, ...decades.filter((_, k) => (decades.length - 1 - k) % every === 0)] }
}

/** Where a number lies on an axis, 0 at its low end and 1 at its high end. */
export const placeOn = ({ scale, domain: [low, high] }: Axis, x: number): number => {
  const bent = (y: number): number => (scale.type === 'linear' ? y : Math.sign(y) * Math.log1p(Math.abs(y) / scale.linearTo))
  return (bent(x) - bent(low)) / (bent(high) - bent(low))
}

/** A number as it is written at an axis. */
export const tickText = (x: number): string => (x !== 0 && (Math.abs(x) >= 1e5 || Math.abs(x) < 1e-4) ? x.toExponential().replace('e+', 'e') : String(x))

/** The axis for some numbers >= 0. */
export const axisOf = (numbers: readonly number[]): Axis => {
  const positive = numbers.filter((x) => x > 0)
  if (positive.length === 0) return { scale: { type: 'linear' }, domain: [-below, 1], ticks: [0] }
  const least = Math.min(...positive)
  const most = Math.max(...positive)
  const axis = most <= mostLinear * least ? linear(most) : symlog(least, most)
  return { ...axis, ticks: axis.ticks.filter((tick) => tick === 0 || (placeOn(axis, tick) - placeOn(axis, 0) > besideZero && placeOn(axis, tick) < topmost)) }
}
