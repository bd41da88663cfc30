/** Regular expressions in Java's syntax with bounded running time, for plugins whose users write patterns. @module */
export { JavaRegex, type Match, PatternError, patternProblem } from './java-regex.ts'
export { expand, parseReplacement, type Replacement, replace } from './java-replacement.ts'
