# add_runnel_plugin(NAME SOURCE...)
# A plugin file NAME.so that exports exactly `runnel_plugin`. The same in runnel's tree and against the
# installed SDK; afterwards NAME is an ordinary target: target_link_libraries(NAME PRIVATE ...).
function(add_runnel_plugin NAME)
    add_library(${NAME} MODULE ${ARGN})
    target_link_libraries(${NAME} PRIVATE runnel_sdk)
    set_target_properties(${NAME} PROPERTIES
        PREFIX ""
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS ${RUNNEL_PLUGIN_VERSION_SCRIPT}
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
    target_link_options(${NAME} PRIVATE
        -Wl,--version-script=${RUNNEL_PLUGIN_VERSION_SCRIPT} -Wl,-z,relro -Wl,-z,now)
    # A sanitizer's runtime is in the program, not in its plugins.
    if(NOT CMAKE_CXX_FLAGS_DEBUG MATCHES "-fsanitize")
        target_link_options(${NAME} PRIVATE -Wl,--no-undefined)
    endif()
endfunction()
