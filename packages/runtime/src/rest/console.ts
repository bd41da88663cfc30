/** The console: files of a single-page application, served at `/ui` to everybody. They hold no data; REST asks who it is. */
import { existsSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import express, { type NextFunction, type Request, type Response } from 'express'
import { RestError } from './errors.ts'

export const consolePath = '/ui'

/** Files below here have a hash of their content in their names. */
const hashedFolder = 'assets'
const yearSeconds = 365 * 24 * 60 * 60

/** Nothing from elsewhere, nothing inline, never within another page. */
const headers = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Serves the folder of the built console. Paths that name no file are those of its pages: index.html answers. */
export function consoleRouter(folder: string): express.Router {
  const index = join(folder, 'index.html')
  const router = express.Router({ caseSensitive: true })
  router.use((request: Request, response: Response, next: NextFunction) => {
    response.set(headers)
    if (request.method === 'GET' || request.method === 'HEAD') {
      next()
      return
    }
    response.set('Allow', 'GET,HEAD,OPTIONS')
    if (request.method !== 'OPTIONS') throw new RestError(405, 'HTTP 405 Method Not Allowed')
    response.status(200).type('text/plain').end('GET,HEAD,OPTIONS')
  })
  router.use((request: Request, response: Response, next: NextFunction) => {
    // The files name each other relative to the folder, which ends with a slash.
    if (request.originalUrl.replace(/\?.*$/s, '') === consolePath) response.redirect(302, `${consolePath}/`)
    else next()
  })
  router.use(
    express.static(folder, {
      index: false,
      redirect: false,
      setHeaders: (response, path) => response.setHeader('Cache-Control', cacheRule(relative(folder, path).split(sep))),
    }),
  )
  router.use((request: Request, response: Response) => {
    if (!existsSync(index)) {
      response
        .status(404)
        .type('text/plain')
        .end(
          'The console is not built: run "make build" where this worker is installed, or set console.enabled=false.\n',
        )
    } else if (request.path.startsWith(`/${hashedFolder}/`)) {
      response.status(404).type('text/plain').end('There is no such file.\n')
    } else {
      // Relative to its folder: a name with a dot above that (`.pnpm`, `~/.local`) is nothing to be hidden.
      response.set('Cache-Control', 'no-cache').sendFile('index.html', { root: folder, cacheControl: false })
    }
  })
  return router
}

function cacheRule([top]: readonly string[]): string {
  return top === hashedFolder ? `public, max-age=${yearSeconds}, immutable` : 'no-cache'
}
