# cmake -DOUTPUT=file.inc -DFILE=a.json -P EmbedText.cmake
# Writes the file as a C++ string literal.
file(READ ${FILE} content)
file(WRITE ${OUTPUT} "R\"json(${content})json\"\n")
