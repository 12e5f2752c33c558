// All tests of the repository, run in a few processes that keep what they have loaded: files share module state, so keep none.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { CountReporter } from './tools/count-reporter.mjs'

export default defineConfig({
  test: {
    reporters: ['default', new CountReporter()],
    projects: [
      {
        test: {
          name: 'server',
          root: fileURLToPath(new URL('./server', import.meta.url)),
          include: ['**/*.test.ts'],
          globalSetup: [fileURLToPath(new URL('./tools/python-client.mjs', import.meta.url))],
          pool: 'forks',
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
