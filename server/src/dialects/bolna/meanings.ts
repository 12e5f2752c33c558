/** What the integers of the catalogue mean (section 7), and what to do about them. */
export const meanings: Readonly<Record<string, { readonly title: string; readonly advice: string }>> = {
  400: { title: 'The request is not valid', advice: 'The message says what is wrong with it.' },
  401: { title: 'There is no key', advice: 'Send `Authorization: Bearer` and a key of the account.' },
  403: { title: 'The key is not known', advice: 'Check the key and the host: each server has its own keys.' },
  404: { title: 'There is no such thing', advice: 'Check the id and the path; another account has ids of its own.' },
  409: {
    title: 'It does not fit what is there',
    advice: 'Read the thing again, and repeat the request if it is still wanted.',
  },
  413: { title: 'The request is too large', advice: 'Send less at once; a list may have 25 MB.' },
  429: { title: 'There were too many requests', advice: 'Wait as many seconds as `Retry-After` says.' },
  500: { title: 'The server failed', advice: "The server's log says more under the id of the request." },
  503: { title: 'The server is busy', advice: 'Repeat the request after as many seconds as `Retry-After` says.' },
  1001: { title: 'No agent was named', advice: 'Send `agent_id`: the id that creating the agent answered with.' },
  1002: { title: 'No number to call was given', advice: 'Send `recipient_phone_number` in E.164 form.' },
  1003: {
    title: 'The number to call is not in E.164 form',
    advice: 'Write `+`, the country code and the number, digits only: `+12025550143`.',
  },
  1004: {
    title: 'The number to call from cannot be used',
    advice:
      'Name one of the numbers that `GET /phone-numbers/all` lists, or leave it out where the account has a default number.',
  },
  1005: {
    title: 'The start is too near',
    advice: 'Give a start at least two minutes ahead of the clock of the account.',
  },
  1006: {
    title: 'The start is no moment',
    advice: 'Write an ISO 8601 date and time with its zone, `2026-11-13T09:02:00+05:30` or with `Z`.',
  },
  1007: { title: 'The start is too far ahead', advice: 'A call may start within 365 days, a batch within 30.' },
  1008: {
    title: 'The retry configuration has a mistake',
    advice: 'The message names the field. `max_retries` is 1 to 3, each interval 1 to 10080 minutes.',
  },
  1009: { title: 'The variables are too large', advice: '`user_data` may have 25 KB as JSON.' },
  1010: { title: 'Half a range of time was given', advice: 'Send both `from` and `to`, or neither.' },
  1011: { title: 'The range of time is too long', advice: 'Ask for seven days at most at a time.' },
  1012: { title: 'A query parameter has a mistake', advice: 'The message names the parameter.' },
  1013: { title: 'The body has a mistake', advice: 'The message names the field and what it takes.' },
  1020: { title: 'There is no agent configuration', advice: 'Send `agent_config` with `agent_name` and `tasks`.' },
  1021: { title: 'The agent has no tasks', advice: 'Send `agent_config.tasks`, a list of one task at least.' },
  1022: { title: 'The pipelines have another form', advice: '`toolchain.pipelines` is a list of lists.' },
  1023: {
    title: 'The calling hours have a mistake',
    advice: '`call_start_hour` and `call_end_hour` are 0 to 23, and the end is not before the start.',
  },
  1030: { title: 'There is no file', advice: 'Send the CSV as the part `file` of a `multipart/form-data` body.' },
  1031: {
    title: 'The list names no numbers',
    advice: 'The first line of the CSV names its columns; one of them must be `contact_number`.',
  },
  1032: { title: 'The list cannot be read', advice: 'Send CSV in UTF-8 with 50,000 rows and 25 MB at most.' },
  2001: {
    title: 'The call does not wait any more',
    advice: 'Only waiting calls are stopped. `POST /call/{id}/hangup` ends one that is in flight.',
  },
  2002: {
    title: 'The batch cannot be stopped',
    advice: 'A batch is stopped while it is scheduled, queued or running.',
  },
  2003: {
    title: 'The key was used for another request',
    advice: 'Use a new `Idempotency-Key` for each new request, and the same one only to repeat it.',
  },
  2004: {
    title: 'The call is not in flight',
    advice: 'Only a call that is dialled, ringing or answered is hung up. `POST /call/{id}/stop` stops one that waits.',
  },
  2005: {
    title: 'There is no such call in flight',
    advice: 'Listed for clients that know it: this server says 404 or 2004 instead.',
  },
  2006: { title: 'The batch cannot be scheduled', advice: 'It has started or is over: make a new one.' },
}
