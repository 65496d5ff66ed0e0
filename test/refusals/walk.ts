import type { AnyFunction, Outcome } from './calls.ts'
import { call } from './calls.ts'

/** What a caller without types may pass, wrongly or rightly: the arguments of a call, by what they are called. */
export type Values = Readonly<Record<string, readonly unknown[]>>

/** Calls with each of the values, and what comes of it with each of them again, as deep as it is curried. */
export const through = async (
  values: Values,
  name: string,
  f: AnyFunction,
  seen: (at: string, outcome: Exclude<Outcome, AnyFunction>) => void,
  depth: number = 0,
  at: string = name,
): Promise<void> => {
  for (const value of Object.keys(values)) {
    const here = `${at}(${value})`
    const outcome = await call(name, f, values[value])
    if (typeof outcome !== 'function') seen(here, outcome)
    else if (depth < 2) await through(values, name, outcome, seen, depth + 1, here)
  }
}
