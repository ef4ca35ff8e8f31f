# Included by CMake at the end of llama.cpp's `project()` call.
#
# llama-cpp-sys-2 turns GGML_NATIVE off unless Rust itself is built with `target-cpu=native`, which leaves an AVX2 build
# on machines that have AVX-512. A build of no particular variant is for this machine, so take all that it has.
if(PROJECT_NAME STREQUAL "llama.cpp" AND (NOT DEFINED ENV{ALFAVOICE_ISA} OR "$ENV{ALFAVOICE_ISA}" STREQUAL "native"))
  set(GGML_NATIVE ON CACHE BOOL "set by engine/llama/native-ggml.cmake" FORCE)
endif()
