/** A name that schema languages allow, made of any text. */
export function scrubbed(name: string): string {
  if (name === '' || /^[A-Za-z_]\w*$/.test(name)) return name
  // As Java's URLEncoder writes it.
  const encoded = encodeURIComponent(name)
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const prefixed = /^\d/.test(encoded) ? `x${encoded}` : encoded
  return prefixed.replace(/\W/g, '_')
}
