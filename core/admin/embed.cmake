# Writes OUTPUT, a C++ source with the bytes of INPUT: openapiDocument() of openapi_document.h.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "// Made from openapi.json by embed.cmake.
#include \"admin/openapi_document.h\"

namespace runnel::admin {

namespace {
constexpr unsigned char kBytes[] = {
${bytes}};
}  // namespace

std::string_view openapiDocument() {
    return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};
}

}  // namespace runnel::admin
")
