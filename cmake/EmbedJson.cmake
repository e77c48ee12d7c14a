# cmake -DOUTPUT=file.inc -DFILES=a.json;b.json -P EmbedJson.cmake
# Writes {"a", R"json(...)json"}, for each file. quantir_embed_json of AddQuantir.cmake calls it.
set(text "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} content)
  string(APPEND text "{\"${name}\", R\"json(${content})json\"},\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
