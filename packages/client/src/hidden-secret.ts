/** What workers, and every program that shows configs, put in place of a secret. In a config to apply: leave it as it is. */
export const hiddenSecret = '[hidden]'
