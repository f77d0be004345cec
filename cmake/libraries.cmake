# Every third-party library in one place. All come from Debian 12 packages.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(pugixml REQUIRED)
find_package(LibArchive REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(Boost REQUIRED CONFIG COMPONENTS program_options)
pkg_check_modules(libvirt REQUIRED IMPORTED_TARGET libvirt libvirt-qemu)
pkg_check_modules(libssh2 REQUIRED IMPORTED_TARGET libssh2)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)

# What a room links: library_NAME. It is the shared library, but a static one in a program with the property
# NOCLOUD_SELF_CONTAINED, which runs on machines that have no more than libvirt: nocloud_library(NAME SHARED … STATIC …).
function(nocloud_library name)
  cmake_parse_arguments(LIBRARY "" "" "SHARED;STATIC" ${ARGN})
  add_library(library_${name} INTERFACE)
  foreach(shared ${LIBRARY_SHARED})
    target_link_libraries(library_${name} INTERFACE
      $<$<NOT:$<BOOL:$<TARGET_PROPERTY:NOCLOUD_SELF_CONTAINED>>>:${shared}>)
  endforeach()
  foreach(static ${LIBRARY_STATIC})
    target_link_libraries(library_${name} INTERFACE
      $<$<BOOL:$<TARGET_PROPERTY:NOCLOUD_SELF_CONTAINED>>:${static}>)
  endforeach()
endfunction()

if(nocloud_self_contained)
  find_library(nocloud_crypto_archive libcrypto.a REQUIRED)
  find_library(nocloud_ssh2_archive libssh2.a REQUIRED)
  find_library(nocloud_archive_archive libarchive.a REQUIRED)
  find_library(nocloud_pugixml_archive libpugixml.a REQUIRED)
  find_library(nocloud_options_archive libboost_program_options.a REQUIRED)
  find_library(nocloud_zlib_archive libz.a REQUIRED)
  find_library(nocloud_lzma_archive liblzma.a REQUIRED)
  find_library(nocloud_zstd_archive libzstd.a REQUIRED)
  find_library(nocloud_yaml_archive libyaml.a REQUIRED)
  # What libcrypto.a needs: Debian 13's compresses by zlib and zstd.
  set(nocloud_crypto_archives ${nocloud_crypto_archive} ${nocloud_zlib_archive} ${nocloud_zstd_archive})
  # Debian has no static fmt; this is its one source file.
  add_library(nocloud_static_fmt STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
endif()

nocloud_library(crypto SHARED OpenSSL::Crypto STATIC ${nocloud_crypto_archives})
nocloud_library(ssh2 SHARED PkgConfig::libssh2 STATIC ${nocloud_ssh2_archive} ${nocloud_crypto_archives})
nocloud_library(zlib SHARED ZLIB::ZLIB STATIC ${nocloud_zlib_archive})
# Of libarchive only ISO 9660, xz and zstd are used: the linker takes nothing that would ask for further libraries.
nocloud_library(archive SHARED LibArchive::LibArchive STATIC ${nocloud_archive_archive}
                ${nocloud_zlib_archive} ${nocloud_lzma_archive} ${nocloud_zstd_archive})
nocloud_library(pugixml SHARED pugixml::pugixml STATIC ${nocloud_pugixml_archive})
nocloud_library(options SHARED Boost::program_options STATIC ${nocloud_options_archive})
nocloud_library(yaml SHARED PkgConfig::yaml STATIC ${nocloud_yaml_archive})
nocloud_library(fmt SHARED fmt::fmt STATIC nocloud_static_fmt)

if(NOT NOCLOUD_TERRAFORM)
  return()
endif()
# gRPC for the Terraform provider. Its package files name every part of Abseil with all that each of them needs, which takes
# seconds to follow; the linker finds out for itself.
find_package(Protobuf REQUIRED)
find_program(nocloud_grpc_plugin grpc_cpp_plugin REQUIRED)
if(nocloud_self_contained)
  foreach(library grpc++ grpc gpr address_sorting re2 upb cares ssl protobuf-lite)
    find_library(nocloud_${library}_archive lib${library}.a REQUIRED)
    list(APPEND grpc_archives ${nocloud_${library}_archive})
  endforeach()
  get_filename_component(archives ${nocloud_grpc_archive} DIRECTORY)
  file(GLOB abseil_archives ${archives}/libabsl_*.a)
  add_library(nocloud_static_grpc INTERFACE)
  target_link_libraries(nocloud_static_grpc INTERFACE -Wl,--start-group ${grpc_archives} ${abseil_archives}
    ${nocloud_crypto_archives} -Wl,--end-group Threads::Threads)
endif()
nocloud_library(grpc SHARED grpc++ grpc gpr absl_synchronization protobuf-lite Threads::Threads STATIC nocloud_static_grpc)
