# All from Debian 12. Boost's big libraries are compiled once, in src/base/boost_*.cpp.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RABBITMQ REQUIRED IMPORTED_TARGET librabbitmq)
pkg_check_modules(MARIADB REQUIRED IMPORTED_TARGET libmariadb)

# The store's pages come and go as blocks of 4 KiB, which glibc's malloc splits and merges: a tenth of the engine's jobs
# a second. Sanitizers bring an allocator of their own.
find_library(TRICIRCLE_JEMALLOC jemalloc REQUIRED)
if(NOT TRICIRCLE_SANITIZE)
  target_link_libraries(tricircle_options INTERFACE ${TRICIRCLE_JEMALLOC})
endif()
include(GoogleTest)

add_library(tricircle_boost INTERFACE)
target_compile_definitions(tricircle_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_include_directories(tricircle_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_link_libraries(tricircle_boost INTERFACE Threads::Threads)
