/** Section 8; texts in characters. */
export const limits = {
  bodyBytes: 1024 * 1024,
  bodyDepth: 100,
  pageUsual: 50,
  pageMost: 200,
  /** Of the conversations on one page, as JSON. */
  pageBytes: 16 * 1024 * 1024,
  message: 16_000,
  contextBytes: 64 * 1024,
  metadataBytes: 64 * 1024,
  userId: 254,
  /** Conversations in one import, and the bytes of one of them. */
  imports: 100,
  importBytes: 256 * 1024,
  webhooks: 50,
  /** A second, of everybody who uses one widget without a token. */
  widgetRequests: 10,
  /** Live ones of an organization. */
  streams: 100,
  /** Exports of an organization at once. */
  exports: 4,
} as const
