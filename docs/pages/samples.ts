import type { Json } from 'estimand'

/**
 * Arguments with which a word that takes some is shown, those first that are usual. A word may add a bias with one and none with another, so
 * that each choice that makes a difference has one here.
 */
export const samples: Readonly<Record<string, readonly Json[]>> = {
  totalReturn: [{ objective: 'undiscounted' }],
  gae: [{ lambda: 0.95 }, { lambda: 1 }, { lambda: 1, episodes: 'complete' }],
  nStep: [{ n: 1 }],
  vtrace: [
    { rhoBar: 1, cBar: 1 },
    { rhoBar: 'Infinity', cBar: 'Infinity' },
    { rhoBar: 'Infinity', cBar: 'Infinity', episodes: 'complete' },
  ],
  truncate: [{ at: 1.2 }, { at: 'Infinity' }],
  clip: [{ epsilon: 0.2 }, { epsilon: 'Infinity' }],
  constant: [0.5],
  constantPerTime: [[0.5, 0.25]],
  batchMean: [{ ended: 'zero' }],
  leaveOneOut: [{ ended: 'zero' }],
  batchStd: [{ ddof: 1, epsilon: 0.0001 }],
  whitenSteps: [{ ddof: 0, epsilon: 1e-8 }],
  constantLength: [500, 1],
}
