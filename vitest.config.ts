import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^estimand$/, replacement: source('./src/index.ts') },
      { find: /^estimand\/exact$/, replacement: source('./src/exact/index.ts') },
      { find: /^estimand\/compare$/, replacement: source('./src/compare/index.ts') },
      { find: /^estimand\/codecs$/, replacement: source('./src/codec/index.ts') },
      { find: /^estimand\/network$/, replacement: source('./src/network/index.ts') },
      { find: /^estimand\/backend$/, replacement: source('./src/backend/index.ts') },
      { find: /^estimand\/policy$/, replacement: source('./src/policy/index.ts') },
      { find: /^estimand\/environment$/, replacement: source('./src/environment/index.ts') },
      { find: /^estimand\/record$/, replacement: source('./src/record/index.ts') },
      { find: /^estimand\/training$/, replacement: source('./src/training/index.ts') },
      { find: /^estimand\/laws$/, replacement: source('./laws/index.ts') },
      { find: /^estimand\/laws\/vitest$/, replacement: source('./laws/vitest.ts') },
    ],
  },
  // What the documentation tests write must not start them again.
  server: { watch: { ignored: ['**/test/documentation/generated-*/**'] } },
  test: {
    // A lane is what needs more than a bare machine; the script of its name chooses it.
    include: process.env['ESTIMAND_LANE'] === undefined ? ['test/**/*.test.ts', 'laws/**/*.test.ts'] : [`test/**/${process.env['ESTIMAND_LANE']}.lane.ts`],
    globalSetup: ['test/seed/announce.ts'],
    setupFiles: ['test/seed/configure.ts'],
    // Enumerations are long computations without a pause: a worker per core, and patience.
    maxWorkers: '100%',
    testTimeout: 60_000,
    silent: 'passed-only',
  },
})
