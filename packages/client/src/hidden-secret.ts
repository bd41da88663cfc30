/** What workers, and every program that shows configs, put in place of a secret. */
export const hiddenSecret = '[hidden]'
