// Ends a test run with one plain line that a program can read: "N passed, N failed, N skipped".

/** @import { Reporter } from 'vitest/node' */

/** @implements {Reporter} */
export class CountReporter {
  onInit(vitest) {
    this.vitest = vitest
  }

  onTestRunEnd(modules, unhandledErrors, reason) {
    const count = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      let failedHere = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        // A test still pending when the run is over never came to its end.
        if (state === 'failed' || state === 'pending') failedHere += 1
        else count[state] += 1
        // Tests left out by -t are no news.
        if (state === 'skipped' && !this.vitest.config.testNamePattern)
          console.log(`skipped: ${module.relativeModuleId} > ${test.fullName}`)
      }
      // A file that cannot be loaded has no tests to count, and yet it failed.
      if (failedHere === 0 && module.state() === 'failed') failedHere = 1
      count.failed += failedHere
    }
    count.failed += unhandledErrors.length
    // What fails before the first test, such as the set-up, is in no list.
    if (reason === 'failed' && count.failed === 0) count.failed = 1
    console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  }
}
