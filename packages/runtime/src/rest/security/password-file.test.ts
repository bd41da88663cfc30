import { expect, test } from 'vitest'
import { parsePasswordFile } from './password-file.ts'

const hash = '$2y$10$5CgUEbc5IXYWKQJyvzkQ3OAGLcrV3msZ7h.IX/fhcnz0hqZvw1WJK'

test('users have hashes and roles; comments and blank lines say nothing', () => {
  expect([...parsePasswordFile(`# users\n\nann:${hash}:admin\r\nbob:${hash}\ncid:${hash}:Operate\n`)]).toEqual([
    ['ann', { hash, role: 'admin' }],
    ['bob', { hash, role: 'read' }],
    ['cid', { hash, role: 'operate' }],
  ])
})

test.each([
  ['ann', 'line 1: it must read user:hash or user:hash:role'],
  [`\n:${hash}`, 'line 2: it must read user:hash or user:hash:role'],
  [`ann:${hash}:read:x`, 'line 1: it must read user:hash or user:hash:role'],
  ['ann:s3cret', 'line 1: its hash is none of bcrypt; make one with "htpasswd -nB user"'],
  ['ann:$apr1$x$y', 'line 1: its hash is none of bcrypt; make one with "htpasswd -nB user"'],
  [`ann:${hash.replace('$10$', '$31$')}`, 'line 1: the cost of its hash is 31, expected is 4 to 14'],
  [`ann:${hash}:boss`, 'line 1: "boss" is no role; expected is one of read, operate, admin'],
  [`ann:${hash}\nann:${hash}`, 'line 2: user ann is there twice'],
])('the line %j is refused', (text, message) => {
  expect(() => parsePasswordFile(text)).toThrow(message)
})
