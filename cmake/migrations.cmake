# Puts migrations/NNNN_name.sql into the binary: a generated source with one raw string each.
function(tricircle_embed_migrations output)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*.sql)
  list(SORT files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  set(entries "")
  foreach(file ${files})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" number ${name})
    math(EXPR version "1${number} - 10000")
    file(READ ${file} text)
    # "-- works with: N" in its first line: programs that know schema N may go on using the store. None: only those
    # that know this migration.
    set(works_from ${version})
    if(text MATCHES "^-- works with: ([0-9]+)\n")
      set(works_from ${CMAKE_MATCH_1})
    endif()
    string(APPEND entries "    Migration{${version}, ${works_from}, \"${name}\", R\"~sql~(${text})~sql~\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"#include \"storage/migrations.hpp\"
namespace tricircle::storage {
namespace {
constexpr Migration kMigrations[] = {
@entries@};
}  // namespace
std::span<const Migration> migrations() { return kMigrations; }
}  // namespace tricircle::storage
")
endfunction()
