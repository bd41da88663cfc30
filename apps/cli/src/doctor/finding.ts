import type { Finding } from '@penstock/runtime/diagnosis'

export type { Finding }

export function finding(
  area: string,
  subject: string,
  status: Finding['status'],
  message: string,
  advice: string | null = null,
): Finding {
  return { area, subject, status, message, advice }
}
