# What zsh offers for each line of standard input, a line each: an interactive zsh on a terminal of its own, in
# which compadd tells what it is given.
#
#   zsh -f capture.zsh FOLDER/_memmap      found by compinit, as an installed one is
if [[ $2 == inside ]]; then
  PROMPT= PROMPT2= RPROMPT=
  unset zle_bracketed_paste
  fpath=(${1:h} $fpath)
  autoload -Uz compinit
  compinit -u -D
  unsetopt auto_list auto_menu beep list_beep
  zstyle ':completion:*' insert-tab false
  zstyle ':completion:*' list-separator ''
  typeset -ga seen
  capture() {
    seen=()
    zle complete-word
    BUFFER=
    print -r -- "OFFERED{${(j: :)seen}}OFFERED"
  }
  zle -N capture
  bindkey '^I' capture
  compadd() {
    # Those that only fill arrays are none of ours.
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
      builtin compadd "$@"
      return
    fi
    local -a hits
    local -A with
    builtin compadd -A hits "$@"
    zparseopts -E -A with P: p:
    local hit
    for hit in $hits; do
      [[ -d $hit ]] && hit+=/
      seen+=("${IPREFIX#--*=}${with[-P]}${with[-p]}$hit")
    done
    builtin compadd "$@"
  }
  print ready
  return
fi

zmodload zsh/zpty
# Reads lines of the terminal up to one that is like a pattern.
until_line() {
  answer=
  while zpty -r z answer; do
    [[ $answer == ${~1} ]] && return
  done
  return 1
}
zpty z zsh -f -i
zpty -w z "source $0 $1 inside"
until_line '*ready*'
while IFS= read -r line; do
  zpty -w -n z "$line"$'\t'
  until_line '*OFFERED{*}OFFERED*'
  answer=${answer##*OFFERED\{}
  print -r -- ${answer%%\}OFFERED*}
done
zpty -d z
