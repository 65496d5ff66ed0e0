import { pipe } from 'fp-ts/lib/function.js'
import { gae, meanOverTrajectories, reduce } from 'estimand'
import { exact } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'

declare const setting: { readonly mdp: Mdp; readonly value?: 'exact' }
export const wrong = pipe(gae({ lambda: 1 }), reduce(meanOverTrajectories), exact(setting)) // refused: from type 'StateValue'
