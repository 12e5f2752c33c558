import { dayMs, minuteMs } from '#domain/vocabulary/instant.ts'

/** Section 8. */
export const limits = {
  /** A CSV may have 25 MB; the rest of its form comes on top. */
  bodyBytes: 26 * 1024 * 1024,
  csvBytes: 25 * 1024 * 1024,
  /** A field of a form, or a whole URL-encoded one. */
  formBytes: 64 * 1024,
  dataBytes: 25 * 1024,
  pageSize: 20,
  pageSizeMost: 50,
  /** Seven days, and what clients that reckon "exactly seven days" may be off. */
  windowMs: 7 * dayMs + minuteMs,
  scheduleLeastMs: 2 * minuteMs,
  callAheadMs: 365 * dayMs,
  batchAheadMs: 30 * dayMs,
  batchStepMs: 10 * minuteMs,
  versionOneMost: 1000,
} as const
