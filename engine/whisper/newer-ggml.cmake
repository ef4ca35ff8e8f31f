# Included by CMake at the end of whisper.cpp's `project()` call (see `.cargo/config.toml`).
#
# whisper-rs-sys carries ggml 0.9.5. llama-cpp-sys-2, which this workspace uses too, carries a newer ggml whose tiled
# integer kernels encode K-quantised models about three times faster. whisper.cpp takes a target named `ggml` that
# exists already instead of its own copy, so define it from there. Falls back to whisper.cpp's own copy, loudly.
if(PROJECT_NAME STREQUAL "whisper.cpp" AND NOT TARGET ggml AND NOT DEFINED ENV{ALFAVOICE_STOCK_GGML})
  file(GLOB newer_ggml "$ENV{CARGO_MANIFEST_DIR}/../llama-cpp-sys-2-*/llama.cpp/ggml")
  if(newer_ggml)
    list(SORT newer_ggml COMPARE NATURAL)
    list(GET newer_ggml -1 newer_ggml)
    set(GGML_BUILD_TESTS OFF)
    set(GGML_BUILD_EXAMPLES OFF)
    add_subdirectory("${newer_ggml}" "${CMAKE_BINARY_DIR}/newer-ggml")
  else()
    message(WARNING "llama-cpp-sys-2 is not beside whisper-rs-sys (run `cargo fetch`); using whisper.cpp's slower ggml")
  endif()
endif()
