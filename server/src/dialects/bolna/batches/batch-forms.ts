import formbody from '@fastify/formbody'
import multipart, { type MultipartFile, type MultipartValue } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { Scope } from '../api.ts'
import { ProblemError, problem } from '../errors.ts'
import { limits } from '../limits.ts'

/** A file as it came in a form. */
export class Upload {
  readonly name: string
  readonly data: Buffer

  constructor(name: string, data: Buffer) {
    this.name = name
    this.data = data
  }
}

export type Form = Record<string, string | Upload | (string | Upload)[]>

/** Reads multipart and URL-encoded bodies in this scope, beside JSON; a name that is repeated becomes a list. */
export async function readForms(scope: Scope): Promise<void> {
  await scope.register(formbody, { bodyLimit: limits.formBytes })
  await scope.register(multipart, {
    limits: { fileSize: limits.csvBytes, files: 1, fields: 100, fieldSize: limits.formBytes, parts: 101 },
  })
  scope.addHook('preValidation', async (request) => {
    if (request.isMultipart()) request.body = await formOf(request)
  })
}

async function formOf(request: FastifyRequest): Promise<Form> {
  const form: Form = Object.create(null) as Form
  try {
    for await (const part of request.parts()) {
      const value = isFile(part) ? new Upload(part.filename, await part.toBuffer()) : textOf(part)
      const present = form[part.fieldname]
      form[part.fieldname] = present === undefined ? value : [present, value].flat()
    }
  } catch (error) {
    throw problemOf(error as Error & { readonly code?: string })
  }
  return form
}

function isFile(part: MultipartFile | MultipartValue): part is MultipartFile {
  return part.type === 'file'
}

function textOf({ value, fieldnameTruncated, valueTruncated }: MultipartValue): string {
  if (fieldnameTruncated || valueTruncated) throw new ProblemError(problem(1013, 'a field of the form is too long'))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function problemOf(error: Error & { readonly code?: string }): Error {
  if (error instanceof ProblemError || error.code === 'FST_REQ_FILE_TOO_LARGE') return error
  if (error.code?.endsWith('_LIMIT'))
    return new ProblemError(problem(1013, 'the form has too many parts; send one file'))
  return new ProblemError(problem(1013, 'the form is cut off or no multipart/form-data'))
}
