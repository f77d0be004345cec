# Compiler options of our own code; third-party headers are SYSTEM and see none of them.
add_library(nocloud_options INTERFACE)
target_compile_options(nocloud_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough)
if(NOCLOUD_WERROR)
  target_compile_options(nocloud_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees null dereferences and uninitialised values in inlined library code that are not there (GCC bugs 105562, 105329).
  target_compile_options(nocloud_options INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict)
  # Designated initialisers leave members at their declared defaults on purpose.
  target_compile_options(nocloud_options INTERFACE -Wno-missing-field-initializers)
else()
  target_compile_options(nocloud_options INTERFACE -Wno-missing-field-initializers)
endif()

# A program loads only what it calls: libvirt's library takes 10 ms.
add_link_options(-Wl,--as-needed)

if(NOCLOUD_SANITIZE)
  # Of the debugging information a report names only lines.
  add_compile_options(-fsanitize=${NOCLOUD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${NOCLOUD_SANITIZE})
endif()

# A debug build links some forty programs, in a fifth of the time with lld.
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  find_program(NOCLOUD_LLD ld.lld)
  if(NOCLOUD_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
