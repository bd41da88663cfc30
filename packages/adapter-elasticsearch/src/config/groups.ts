/** The groups that validation answers and forms show the keys in, and bounds that several keys share. */
export const connector = 'Connector'
export const conversion = 'Data Conversion'
export const security = 'Security'
export const proxy = 'Proxy'
export const kerberos = 'Kerberos'

export const maxInt = 2 ** 31 - 1
export const weekMs = 604_800_000
export const dayMs = 86_400_000
