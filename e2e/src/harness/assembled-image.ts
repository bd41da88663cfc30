/** What the image holds, laid out by the script that the Dockerfile calls. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rootFolder, toolsFolder } from '../stack/folders.ts'

const run = promisify(execFile)

export class AssembledImage implements AsyncDisposable {
  readonly folder: string
  /** Where the Dockerfile puts it. */
  readonly at = '/opt/penstock'
  readonly entrypoint = ['/opt/penstock/apps/worker/bin/penstock-worker', 'distributed']
  readonly workdir = '/opt/penstock'
  readonly #parent: string

  static async create(): Promise<AssembledImage> {
    const images = join(toolsFolder, 'images')
    await mkdir(images, { recursive: true })
    const parent = await mkdtemp(join(images, 'image-'))
    const image = new AssembledImage(parent)
    try {
      await run(join(rootFolder, 'deploy', 'assemble.sh'), [image.folder], { maxBuffer: 16 * 1024 * 1024 })
      await mkdir(join(image.folder, 'plugins'))
      return image
    } catch (error) {
      await image[Symbol.asyncDispose]()
      throw error
    }
  }

  private constructor(parent: string) {
    this.#parent = parent
    this.folder = join(parent, 'penstock')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#parent, { recursive: true, force: true })
  }
}
