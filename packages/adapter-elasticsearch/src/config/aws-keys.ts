/** AWS Signature Version 4, for Amazon OpenSearch Service and Serverless. */
import { key } from '@penstock/core'
import { security } from './groups.ts'

export const awsKeys = {
  'aws.region': key.string({
    default: '',
    importance: 'low',
    group: security,
    displayName: 'AWS Region',
    doc: 'Region of an Amazon OpenSearch domain, `eu-central-1`. Set, every request is signed (Signature Version 4) instead of carrying a user or token. Penstock only.',
  }),
  'aws.service.signing.name': key.oneOf(['es', 'aoss'], {
    default: 'es',
    importance: 'low',
    group: security,
    displayName: 'AWS Service Signing Name',
    doc: 'es for a domain of Amazon OpenSearch Service, aoss for OpenSearch Serverless. Penstock only.',
  }),
  'aws.access.key.id': key.string({
    default: '',
    importance: 'low',
    group: security,
    displayName: 'AWS Access Key ID',
    doc: 'Access key to sign with. Empty: the environment’s `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, as they are when the task starts. Penstock only.',
  }),
  'aws.secret.access.key': key.password({
    default: null,
    importance: 'low',
    group: security,
    displayName: 'AWS Secret Access Key',
    doc: 'Secret of the access key. Penstock only.',
  }),
  'aws.session.token': key.password({
    default: null,
    importance: 'low',
    group: security,
    displayName: 'AWS Session Token',
    doc: 'Token that temporary access keys come with. Penstock only.',
  }),
} as const
