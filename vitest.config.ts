import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^estimand$/, replacement: source('./src/index.ts') },
      { find: /^estimand\/exact$/, replacement: source('./src/exact/index.ts') },
      { find: /^estimand\/laws$/, replacement: source('./laws/index.ts') },
      { find: /^estimand\/laws\/vitest$/, replacement: source('./laws/vitest.ts') },
    ],
  },
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000 },
})
