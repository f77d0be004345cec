# The manual page and the shells' completions of a tool, which it writes itself from its table of options:
# nocloud_pages(TOOL TARGET). They lie in the build tree as they are installed.
function(nocloud_pages tool target)
  foreach(page man:man/man1:${tool}.1 bash:bash-completion/completions:${tool} zsh:zsh/vendor-completions:_${tool}
               fish:fish/vendor_completions.d:${tool}.fish)
    string(REPLACE ":" ";" page ${page})
    list(GET page 0 kind)
    list(GET page 1 folder)
    list(GET page 2 name)
    set(file ${PROJECT_BINARY_DIR}/share/${folder}/${name})
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/${folder})
    add_custom_command(OUTPUT ${file} COMMAND ${target} --generate ${kind} > ${file}.part
      COMMAND ${CMAKE_COMMAND} -E rename ${file}.part ${file} DEPENDS ${target} VERBATIM)
    list(APPEND files ${file})
    install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} COMPONENT cli)
  endforeach()
  add_custom_target(${tool}_pages ALL DEPENDS ${files})
endfunction()
