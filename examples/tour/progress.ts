import { SingleBar } from 'cli-progress'
import { solvedAt } from './training.ts'
import type { Watch } from './training.ts'

/** A bar for each run on a terminal; elsewhere a line at its end. */
export const progressOn = (stream: NodeJS.WriteStream): Watch => {
  if (!stream.isTTY) {
    const end: Watch['end'] = ({ name, seed, steps, seconds }) => stream.write(`   ${name}, seed ${seed}: ${steps} steps, ${seconds.toFixed(1)} s\n`)
    return { begin: () => {}, update: () => {}, end }
  }
  // Nothing of the terminal is changed that an interrupt would leave changed: the cursor stays, and lines wrap.
  const bar = new SingleBar({
    format: '   {name} {bar} {value} of {total}, {steps} steps',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    linewrap: true,
    stream,
  })
  return {
    begin: (name) => bar.start(solvedAt, 0, { name: name.padEnd(16), steps: 0 }),
    update: (meanReturn, steps) => bar.update(Math.min(solvedAt, Math.round(meanReturn)), { steps }),
    end: () => bar.stop(),
  }
}
