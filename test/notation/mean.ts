import type { Tree } from './read.ts'

/** A trajectory in plain numbers. */
export interface Path {
  readonly start: number
  readonly reward: readonly number[]
  readonly value: readonly number[]
  readonly actionValue: readonly number[]
  readonly ratio: readonly number[]
  readonly bootstrap: number
}

/** What formulas are read about. */
export interface Facts {
  readonly discount: number
  readonly paths: readonly Path[]
  /** Rewards of credits of one's own, from ours. */
  readonly rewards?: Readonly<Record<string, (reward: number) => number>>
  /** Symbols of one's own, of a trajectory. */
  readonly own?: Readonly<Record<string, (facts: Facts, path: Path) => number>>
}

/** Where a formula is read: step k of trajectory i, and what its letters stand for by now. */
interface Place {
  readonly i: number
  readonly k: number
  readonly letters: Readonly<Record<string, number>>
}

const toGo = ({ discount }: Facts, { reward }: Path, k: number): number => reward.slice(k).reduce((sum, r, l) => sum + discount ** l * r, 0)

const valueAt = ({ value, bootstrap }: Path, k: number): number => value[k] ?? bootstrap

const deltaAt = ({ discount }: Facts, path: Path, k: number): number => (k < path.reward.length ? path.reward[k] + discount * valueAt(path, k + 1) - path.value[k] : 0)

/** The corrected value of V-trace, by its definition. */
const corrected = (facts: Facts, path: Path, k: number, rhoBar: number, cBar: number): number =>
  k >= path.reward.length
    ? valueAt(path, k)
    : path.value[k] +
      Math.min(rhoBar, path.ratio[k]) * deltaAt(facts, path, k) +
      facts.discount * Math.min(cBar, path.ratio[k]) * (corrected(facts, path, k + 1, rhoBar, cBar) - valueAt(path, k + 1))

const deviation = (numbers: readonly number[], ddof: number): number => {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
  return numbers.length <= ddof ? 0 : Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (numbers.length - ddof))
}

const ratioOf = (above: number, below: number): number => (below === 0 && above === 0 ? 0 : above / below)

/** Thrown where a ratio is at its bound but for rounding, so that either side is right. */
export class Tie extends Error {}

/** The number that a formula stands for at a place. */
export const meaning = (tree: Tree, facts: Facts, place: Place): number => {
  const { i, k, letters } = place
  const path = facts.paths[i]
  const at = (inner: Tree, more: Readonly<Record<string, number>> = {}): number => meaning(inner, facts, { i, k, letters: { ...letters, ...more } })
  const number = (text: string): number => (text === 'Infinity' ? Infinity : Number(text))
  /** A time in the episode, as an index has it. */
  const time = (text: string): number => {
    const latest = /^max\((.*),(.*)\)$/.exec(text)
    if (latest !== null) return Math.max(time(latest[1]), time(latest[2]))
    return text.split('+').reduce((sum, part) => sum + (part === 't' ? path.start + k : /^\d+$/.test(part) ? Number(part) : letter(part)), 0)
  }
  const letter = (name: string): number => {
    if (!(name in letters)) throw new Error(`${name} stands for nothing`)
    return letters[name]
  }
  const which = (name: string): Path => facts.paths[name === 'i' ? i : letter(name)]
  const local = (text: string): number => time(text) - path.start
  const everyTime = Array.from({ length: Math.max(...facts.paths.map(({ start, reward }) => start + reward.length)) }, (_, u) => u)
  switch (tree.is) {
    case 'number':
      return tree.value
    case 'list':
      return tree.values[path.start + k]
    case 'sum':
      return tree.terms.reduce((sum, { sign, term }) => sum + sign * at(term), 0)
    case 'product':
      return tree.factors.reduce((product, factor) => product * at(factor), 1)
    case 'quotient':
      return ratioOf(at(tree.above), at(tree.below))
    case 'power': {
      const exponent = tree.exponent.is === 'symbol' && tree.exponent.name === 't' ? path.start + k : at(tree.exponent)
      return at(tree.base) ** exponent
    }
    case 'function': {
      const numbers = tree.arguments.map((argument) => at(argument))
      const of: Readonly<Record<string, (...x: number[]) => number>> = { min: Math.min, max: Math.max, sqrt: Math.sqrt, sign: Math.sign, exp: Math.exp, abs: Math.abs }
      return of[tree.name](...numbers)
    }
    case 'clip': {
      const [rho, credit] = [at(tree.ratio), at(tree.credit)]
      if ([1 - tree.epsilon, 1 + tree.epsilon].some((bound) => Math.abs(rho - bound) < 1e-9)) throw new Tie()
      const kept = credit >= 0 ? rho <= 1 + tree.epsilon : rho >= 1 - tree.epsilon
      return kept ? rho * credit : 0
    }
    case 'whiten': {
      const numbers = facts.paths.flatMap(({ reward }, j) => reward.map((_, l) => meaning(tree.body, facts, { i: j, k: l, letters: {} })))
      const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
      return ratioOf(at(tree.body) - mean, deviation(numbers, tree.ddof) + tree.epsilon)
    }
    case 'from t on': {
      const paths = facts.paths.map((one) => ({
        ...one,
        start: 0,
        reward: one.reward.slice(k),
        value: one.value.slice(k),
        actionValue: one.actionValue.slice(k),
        ratio: one.ratio.slice(k),
      }))
      return meaning(tree.body, { ...facts, paths }, { i, k: 0, letters })
    }
    case 'over': {
      const [, name, rest] = /^([a-z])(.*)$/.exec(tree.index) ?? []
      if (!/^[jul]$/.test(name)) throw new Error(`${tree.name} over "${tree.index}" means nothing`)
      const every = name === 'j' ? facts.paths.map((_, j) => j) : everyTime
      const conditions: Readonly<Record<string, (x: number) => boolean>> = {
        '': () => true,
        '!=i': (j) => j !== i,
        ' alive at t': (j) => facts.paths[j].reward.length > k,
        '!=i alive at t': (j) => j !== i && facts.paths[j].reward.length > k,
        '>=t': (u) => u >= path.start + k,
        ', ddof 1': () => true,
        ',ddof 1': () => true,
      }
      const below = /^<(\d+)$/.exec(rest)
      const holds = below === null ? conditions[rest] : (l: number) => l < Number(below[1])
      if (holds === undefined) throw new Error(`${tree.name} over "${tree.index}" means nothing`)
      const numbers = every.filter(holds).map((x) => at(tree.body, { [name]: x }))
      const sum = numbers.reduce((a, b) => a + b, 0)
      switch (tree.name) {
        case 'sum':
          return sum
        case 'prod':
          return numbers.reduce((a, b) => a * b, 1)
        case 'mean':
          return numbers.length === 0 ? 0 : sum / numbers.length
        case 'max':
          return Math.max(...numbers)
        default:
          return deviation(numbers, rest.includes('ddof') ? 1 : 0)
      }
    }
    case 'symbol': {
      const { name, index, of } = tree
      const own = facts.own?.[name]
      if (own !== undefined) return own(facts, which(index === '' ? 'i' : index))
      switch (name) {
        case 'N':
          return facts.paths.length
        case 'gamma':
          return facts.discount
        case 't':
          return path.start + k
        case 'u':
        case 'l':
          return letter(name)
        case 'R':
          return toGo(facts, which(index), 0)
        case 'G':
          if (index[1] !== 't') break
          return toGo(facts, which(index[0]), k)
        case 'L':
          return which(index).reward.length
        case 'r': {
          const [whose, when] = /^[ij][a-z]$/.test(index) ? [which(index[0]), index[1]] : [path, index]
          const reward = whose.reward[time(when) - whose.start] ?? 0
          return of.length === 0 ? reward : (facts.rewards?.[of[0]] ?? (() => NaN))(reward)
        }
        case 'V':
          return valueAt(path, of[0] === 's_t' ? k : local(index))
        case 'Q':
          return path.actionValue[k]
        case 'delta':
          return deltaAt(facts, path, local(index))
        case 'v':
          return corrected(facts, path, local(index), number(of[0]), number(of[1]))
        case 'rho': {
          if (index === 't') return path.ratio[k]
          const [, whose = '', last = ''] = /^(?:([a-z]),)?0:(.*)$/.exec(index) ?? []
          const { ratio } = whose === '' ? path : which(whose)
          const stop = last === 'L-1' ? ratio.length : local(last) + 1
          return ratio.slice(0, stop).reduce((product, rho) => product * rho, 1)
        }
      }
      throw new Error(`${name}_${index} means nothing`)
    }
  }
}

/** The weights of a batch that a formula stands for. */
export const weightsOf = (tree: Tree, facts: Facts): readonly number[] =>
  facts.paths.flatMap(({ reward }, i) => reward.map((_, k) => meaning(tree, facts, { i, k, letters: {} })))
