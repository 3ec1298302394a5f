# g++ 12.2 copies aggregates and capturing lambdas bitwise inside expressions with co_await and destroys them twice.
# Nothing warns; the program just corrupts memory. So the one compiler is clang 16 or newer (reference: clang 19).
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR
    "Tricircle QoS builds with clang 16 or newer only (g++ 12 miscompiles coroutines): "
    "use a preset, or set CMAKE_CXX_COMPILER=clang++-19.")
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
