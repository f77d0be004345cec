#compdef vmsample
_arguments -s -S \
  '(-n --name)'{-n+,--name=}'[the VM'\''s name]:NAME:{compadd -- ${(f)"$(nocloud names vms 2>/dev/null)"} }' \
  --file='[a file\: \[any\]]:FILE:_files' \
  --owner='[whose]:USER|any:(any)' \
  --dry-run'[say what would be done]' \
  --connect='[the hypervisor (default\: $LIBVIRT_DEFAULT_URI, else qemu\:///system if usable, else qemu\:///session)]:URI: ' \
  --realm='[sets the MACs and addresses of hosts that share a LAN apart]:TEXT: ' \
  --output='[for people or for programs (default\: text)]:text|json:(text json)' \
  '(-v --verbose)'{-v,--verbose}'[show each step also where no terminal is]' \
  '(-q --quiet)'{-q,--quiet}'[show no steps]' \
  '(-h --help)'{-h,--help}'[show this and exit]' \
  --version'[show the version and exit]' \
  '*:word:{compadd -- ${(f)"$(nocloud names templates 2>/dev/null)"} }'
