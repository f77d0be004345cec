_vmsample() {
  local word=$2 before=$3
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $before in
    -n | --name) mapfile -t COMPREPLY < <(compgen -W "$(nocloud names vms 2>/dev/null)" -- "$word") ;;
    --file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); compopt -o filenames ;;
    --owner) mapfile -t COMPREPLY < <(compgen -W "any" -- "$word") ;;
    --connect) : ;;
    --realm) : ;;
    --output) mapfile -t COMPREPLY < <(compgen -W "text json" -- "$word") ;;
    *)
      case $word in
        -*) mapfile -t COMPREPLY < <(compgen -W "--name --file --owner --dry-run --connect --realm --output --verbose --quiet --help --version" -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$(nocloud names templates 2>/dev/null)" -- "$word") ;;
      esac
      ;;
  esac
}
complete -F _vmsample vmsample
