// What tools/python-client.mjs hands to the tests.
import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    pythonClient: { python: string; missing?: undefined } | { missing: string; python?: undefined }
  }
}
