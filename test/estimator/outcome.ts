import * as E from 'fp-ts/lib/Either.js'
import type { Problem } from 'estimand'
import { describeProblems } from 'estimand'

/** The value of a result that is expected to be right. */
export const must = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

/** The problems of a result as text. */
export const text = <A>(result: E.Either<readonly Problem[], A>): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')

/** Name and message of what a function throws. */
export const thrown = (f: () => unknown): string => {
  try {
    f()
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'something else'
  }
}
