/** Kerberos: the keys of configurations that used it, checked as ever, so that they are refused with a reason. */
import { existsSync } from 'node:fs'
import { key } from '@penstock/core'
import { kerberos } from './groups.ts'

export const kerberosKeys = {
  'kerberos.user.principal': key.string({
    default: null,
    importance: 'low',
    group: kerberos,
    displayName: 'Kerberos User Principal',
    doc: 'Not supported: a configuration with it is refused. Use an API key, a token or a user instead.',
  }),
  'kerberos.keytab.path': key.string({
    default: null,
    importance: 'low',
    group: kerberos,
    displayName: 'Kerberos Keytab File Path',
    check: (path) => {
      if (path === '') return undefined
      if (!path.endsWith('keytab')) return 'a path that ends with keytab is expected'
      return existsSync(path) ? undefined : 'there is no such file'
    },
    doc: 'Not supported, like `kerberos.user.principal`.',
  }),
} as const
