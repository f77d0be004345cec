# Makes a program run on machines that have no more than glibc and libvirt: nocloud_make_self_contained(TARGET). A build with
# sanitizers has none.
function(nocloud_make_self_contained target)
  if(NOT nocloud_self_contained)
    return()
  endif()
  set(no_exports ${PROJECT_SOURCE_DIR}/cmake/no_exports.map)
  set_target_properties(${target} PROPERTIES NOCLOUD_SELF_CONTAINED ON LINK_DEPENDS ${no_exports})
  # libvirt's own libraries (ICU) ask for a C++ library, and would be given parts of ours.
  target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc LINKER:--exclude-libs,ALL
    LINKER:--as-needed LINKER:--gc-sections LINKER:--version-script=${no_exports})
endfunction()
