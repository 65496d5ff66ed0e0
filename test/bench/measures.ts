import type { Measure } from './measure.ts'
import { measures as environments } from './ours/environments.ts'
import { measures as exact } from './ours/exact.ts'
import { measures as start } from './ours/start.ts'
import { measures as updates } from './ours/updates.ts'
import { measures as weights } from './ours/weights.ts'
import { measures as overhead } from './overhead.ts'
import { measures as memory } from './steps.ts'

/** Everything here that can be measured in a process that waits between its turns. */
export const measures: readonly Measure[] = [...weights, ...updates, ...environments, ...exact, ...overhead, ...memory, ...start]
