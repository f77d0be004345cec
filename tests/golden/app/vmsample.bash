_vmsample_offer() {
  local LC_ALL=C name
  while IFS= read -r name; do
    [[ $name == "$word"* && $name =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] && COMPREPLY+=("$name")
  done
}
_vmsample() {
  local word=$2 before=$3
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $before in
    -n | --name) _vmsample_offer < <(nocloud names vms 2>/dev/null) ;;
    --file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); compopt -o filenames ;;
    --owner) _vmsample_offer < <(printf '%s\n' any) ;;
    --connect) : ;;
    --realm) : ;;
    --output) _vmsample_offer < <(printf '%s\n' text json) ;;
    *)
      case $word in
        -*) mapfile -t COMPREPLY < <(compgen -W "--name --file --owner --dry-run --connect --realm --output --verbose --quiet --help --version" -- "$word") ;;
        *) _vmsample_offer < <(nocloud names templates 2>/dev/null) ;;
      esac
      ;;
  esac
}
complete -F _vmsample vmsample
