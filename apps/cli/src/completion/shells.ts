/** The scripts that shells load. All they do is ask the program, so they never have to be loaded anew. */
export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# penstock completion for bash: source <(penstock completion bash)
_penstock() {
  local line word prefix typed
  COMPREPLY=()
  typed="\${COMP_LINE:0:COMP_POINT}"
  # Words with : or = come in pieces: what stands before the last of them must not be repeated.
  word="\${typed##*[[:space:]]}"
  prefix="\${word%"\${word##*[:=]}"}"
  while IFS= read -r line; do
    if [ "$line" = ":files" ]; then
      compopt -o default
    else
      line="\${line%%$'\\t'*}"
      COMPREPLY+=("\${line#"$prefix"}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete --line "$typed" 2>/dev/null)
}
complete -F _penstock penstock
`,
  zsh: `#compdef penstock
# penstock completion for zsh: source <(penstock completion zsh)
_penstock() {
  local line
  local -a candidates
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ "$line" = ":files" ]]; then
      _files
    elif [[ -n "$line" ]]; then
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( \${#candidates} )) && _describe 'penstock' candidates
}
if [ "$funcstack[1]" = "_penstock" ]; then _penstock "$@"; else compdef _penstock penstock; fi
`,
  fish: `# penstock completion for fish: penstock completion fish | source
function __penstock_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] $typed 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path $typed
    else
      echo $line
    end
  end
end
complete -c penstock -f -a '(__penstock_complete)'
`,
}
