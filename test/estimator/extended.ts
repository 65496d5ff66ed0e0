/** A number of any size as m e^x, with |m| near 1: the reference for products of ratios, in the plainest arithmetic. */
export interface Extended {
  readonly m: number
  readonly x: number
}

const normal = (m: number, x: number): Extended => (m === 0 ? { m: 0, x: 0 } : { m: Math.sign(m), x: x + Math.log(Math.abs(m)) })

export const of = (value: number): Extended => normal(value, 0)
export const exp = (log: number): Extended => (log === -Infinity ? of(0) : { m: 1, x: log })
export const times = (...factors: readonly Extended[]): Extended =>
  factors.some(({ m }) => m === 0) ? of(0) : { m: factors.reduce((m, f) => m * f.m, 1), x: factors.reduce((x, f) => x + f.x, 0) }
export const plus = (a: Extended, b: Extended): Extended => {
  if (a.m === 0) return b
  if (b.m === 0) return a
  const most = Math.max(a.x, b.x)
  return normal(a.m * Math.exp(a.x - most) + b.m * Math.exp(b.x - most), most)
}
export const sum = (terms: readonly Extended[]): Extended => terms.reduce(plus, of(0))
export const divide = (a: Extended, b: Extended): Extended => (a.m === 0 ? a : { m: a.m * b.m, x: a.x - b.x })
export const size = ({ m, x }: Extended): Extended => ({ m: Math.abs(m), x })
export const isMore = (a: Extended, b: Extended): boolean => a.m * Math.exp(a.x - Math.max(a.x, b.x)) > b.m * Math.exp(b.x - Math.max(a.x, b.x))

/** The nearest float64, in two factors so that neither leaves the range before their product does. */
export const toNumber = ({ m, x }: Extended): number => (m === 0 ? 0 : m * Math.exp(x / 2) * Math.exp(x / 2))
