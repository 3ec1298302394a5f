# What every target of ours is built with; third-party headers are SYSTEM and escape the warnings.
set(TRICIRCLE_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them (address,undefined or thread)")
option(TRICIRCLE_WERROR "Warnings are errors" OFF)
option(TRICIRCLE_FUZZ "Instrumented for libFuzzer, with the fuzzers of tests/fuzz" OFF)

add_library(tricircle_options INTERFACE)
target_compile_options(tricircle_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers $<$<BOOL:${TRICIRCLE_WERROR}>:-Werror>)
target_include_directories(tricircle_options INTERFACE ${PROJECT_SOURCE_DIR}/src)

if(TRICIRCLE_SANITIZE)
  add_compile_options(-fsanitize=${TRICIRCLE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TRICIRCLE_SANITIZE})
  if(TRICIRCLE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
else()
  add_compile_options($<$<CONFIG:RelWithDebInfo>:-D_FORTIFY_SOURCE=2> -fstack-protector-strong)
endif()

if(TRICIRCLE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(TRICIRCLE_MOLD mold)
if(TRICIRCLE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(TRICIRCLE_CCACHE ccache)
if(TRICIRCLE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TRICIRCLE_CCACHE})
endif()
