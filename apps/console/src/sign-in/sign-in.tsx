import { useState } from 'preact/hooks'
import { signIn, signInNeeded } from '../api/session.ts'

/** In place of every view while the worker takes no request without credentials. */
export function SignIn() {
  const [kind, setKind] = useState<'basic' | 'bearer'>('basic')
  const [user, setUser] = useState('')
  const [secret, setSecret] = useState('')
  const submit = (event: Event): void => {
    event.preventDefault()
    signIn(kind === 'basic' ? { kind, user, password: secret } : { kind, token: secret })
    setSecret('')
  }
  return (
    <main id="main" class="sign-in" tabIndex={-1}>
      <form class="card" onSubmit={submit} aria-labelledby="sign-in-heading">
        <h1 id="sign-in-heading">Sign in</h1>
        {signInNeeded.value?.refused === true && (
          <p class="field-errors" role="alert">
            The worker did not accept these credentials, or they are no longer valid.
          </p>
        )}
        <fieldset class="choice">
          <legend>With</legend>
          <label>
            <input type="radio" name="kind" checked={kind === 'basic'} onChange={() => setKind('basic')} /> user and
            password
          </label>
          <label>
            <input type="radio" name="kind" checked={kind === 'bearer'} onChange={() => setKind('bearer')} /> token
          </label>
        </fieldset>
        {kind === 'basic' && (
          <label class="field">
            <span>User</span>
            <input
              required
              autocomplete="username"
              value={user}
              onInput={(event) => setUser(event.currentTarget.value)}
            />
          </label>
        )}
        <label class="field">
          <span>{kind === 'basic' ? 'Password' : 'Token'}</span>
          <input
            required
            type="password"
            autocomplete="current-password"
            value={secret}
            onInput={(event) => setSecret(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Sign in
        </button>
        <p class="help">Kept in this tab until it is closed, and sent to this worker alone.</p>
      </form>
    </main>
  )
}
