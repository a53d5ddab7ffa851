# README holds EXAMPLE's files word by word.
file(READ ${README} readme)
foreach(name IN ITEMS plugin.cpp CMakeLists.txt)
    file(READ ${EXAMPLE}/${name} code)
    string(FIND "${readme}" "\n${code}```" at)
    if(at EQUAL -1)
        message(SEND_ERROR "${README} does not show ${EXAMPLE}/${name} as it is")
    endif()
endforeach()
