import { describe, expect, it } from 'vitest'
import { smtpTarget } from './smtp-url.ts'

describe('the URL of a mail server', () => {
  it.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false, tls: 'required' }],
    ['smtp://mail.example.com?tls=opportunistic', { tls: 'opportunistic' }],
    ['smtps://u:p@mail.example.com', { port: 465, secure: true, tls: 'required', user: 'u', password: 'p' }],
    ['smtp://127.0.0.1:25', { port: 25, tls: 'opportunistic' }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525, tls: 'opportunistic' }],
    ['smtp://localhost?tls=required', { tls: 'required' }],
    ['smtp://127.0.0.1.example.com', { tls: 'required' }],
    ['smtp://u%40x:p%3A%2F@mail.example.com/', { user: 'u@x', password: 'p:/' }],
  ])('%s is read', (url, expected) => {
    expect(smtpTarget(url)).toMatchObject(expected)
  })

  it.each([
    '',
    'mail.example.com',
    'http://mail.example.com',
    'smtp://',
    'smtp://mail.example.com/path',
    'smtp://mail.example.com?tls=off',
    'smtp://mail.example.com?tls=required&tls=opportunistic',
    'smtp://mail.example.com?pool=true',
    'smtp://u%zz@mail.example.com',
  ])('%s is none', (url) => {
    expect(smtpTarget(url)).toBeUndefined()
  })
})
