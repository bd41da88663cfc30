/** Kafka Connect's config providers. Start reading at file-provider.ts. @module */
import type { Plugin } from '@penstock/core'
import { directoryConfigProvider } from './directory-provider.ts'
import { envConfigProvider } from './env-provider.ts'
import { fileConfigProvider } from './file-provider.ts'

const plugins: readonly Plugin[] = [fileConfigProvider, directoryConfigProvider, envConfigProvider]

export default plugins
export { directoryConfigProvider, envConfigProvider, fileConfigProvider }
