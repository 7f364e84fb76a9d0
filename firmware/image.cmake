# How an image is put together.

# solder_compile(NAME MODEL.tflite RESULT): the path of the compiled model's NAME.cpp in RESULT.
function(solder_compile name model result)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/models/${name})
  add_custom_command(
    OUTPUT ${folder}/${name}.cpp ${folder}/${name}.h
    COMMAND ${SOLDER_PROGRAM} compile ${model} -o ${folder} --name ${name}
    DEPENDS ${model} ${SOLDER_PROGRAM}
    COMMENT "Compiling ${name}")
  add_custom_target(compile_${name} DEPENDS ${folder}/${name}.cpp)
  set(${result} ${folder}/${name}.cpp PARENT_SCOPE)
endfunction()

# The board and what every app needs. Each image compiles it for its own clock.
include(boards/boards.cmake)
file(GLOB board_sources CONFIGURE_DEPENDS ${board_folder}/*.cpp)
set(board_sources ${board_sources} cortex-m7/core.cpp cortex-m7/errno.cpp
                  cortex-m7/faults.cpp cortex-m7/startup.cpp hal/printer.cpp app/step_timer.cpp)
set(console_sources app/main.cpp app/console.cpp app/digit.cpp app/line_reader.cpp
                    app/messages.cpp)
set(bench_sources app/bench.cpp)

# solder_image(NAME APP console|bench MODEL NAME.cpp|NAME.tflite [INPUT FILE] [CLOCK_MHZ N]
#              [ARENA_BYTES N] [MESSAGES_BAUD N])
# A .cpp goes through the compiled door, a .tflite through the interpreter's.
function(solder_image name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "APP;MODEL;INPUT;CLOCK_MHZ;ARENA_BYTES;MESSAGES_BAUD" "")
  if(arg_INPUT AND NOT arg_APP STREQUAL bench)
    message(FATAL_ERROR "${name}: INPUT is for the bench app; the console app has the digit")
  endif()
  if(NOT arg_INPUT)
    set(arg_INPUT ${repository}/models/digit/digit.f32)
  endif()
  if(NOT arg_CLOCK_MHZ)
    set(arg_CLOCK_MHZ 216)
  endif()
  if(NOT arg_ARENA_BYTES)
    set(arg_ARENA_BYTES ${SOLDER_IMAGE_ARENA_BYTES})
  endif()
  if(NOT arg_MESSAGES_BAUD)
    set(arg_MESSAGES_BAUD ${SOLDER_MESSAGES_BAUD})
  endif()
  if(NOT DEFINED ${arg_APP}_sources)
    message(FATAL_ERROR "${name}: there is no app '${arg_APP}'; console or bench")
  endif()
  cmake_path(GET arg_MODEL EXTENSION LAST_ONLY extension)
  cmake_path(GET arg_MODEL STEM LAST_ONLY model_name)
  set(files input ${arg_INPUT})

  set(memory_map ${board_folder}/memory.ld)
  set(memory_with_slots ${board_folder}/memory-slots.ld)

  set(elf ${name}.elf)
  add_executable(${elf} ${board_sources} ${${arg_APP}_sources})
  if(extension STREQUAL .cpp)
    # The model comes last, so that its arena lies after the smaller variables.
    target_sources(${elf} PRIVATE app/door_compiled.cpp ${arg_MODEL})
    if(TARGET compile_${model_name})
      add_dependencies(${elf} compile_${model_name})
    endif()
    cmake_path(GET arg_MODEL PARENT_PATH model_folder)
    target_include_directories(${elf} PRIVATE ${model_folder})
    target_compile_definitions(${elf} PRIVATE SOLDER_MODEL_HEADER="${model_name}.h"
                                              SOLDER_MODEL_NAMESPACE=${model_name})
    target_sources(${elf} PRIVATE app/slots_none.cpp)
  elseif(extension STREQUAL .tflite)
    target_compile_definitions(${elf} PRIVATE SOLDER_ARENA_BYTES=${arg_ARENA_BYTES})
    if(arg_APP STREQUAL console AND EXISTS ${memory_with_slots})
      set(memory_map ${memory_with_slots})
      set(slot ${CMAKE_CURRENT_BINARY_DIR}/embedded/${elf}-slot.S)
      set(model ${arg_MODEL})
      configure_file(app/slot.S.in ${slot} @ONLY)
      set_source_files_properties(${slot} PROPERTIES OBJECT_DEPENDS ${arg_MODEL})
      target_sources(${elf} PRIVATE app/slots.cpp ${slot})
    else()
      list(APPEND files model ${arg_MODEL})
      target_sources(${elf} PRIVATE app/door_interpreter.cpp app/slots_none.cpp)
    endif()
  else()
    message(FATAL_ERROR "${name}: MODEL is '${arg_MODEL}', neither a .cpp nor a .tflite")
  endif()
  embed(${elf} ${files})
  if(arg_APP STREQUAL console)
    target_link_libraries(${elf} PRIVATE solder_small_code)
  endif()

  target_include_directories(${elf} PRIVATE ${repository})
  target_compile_definitions(
    ${elf} PRIVATE SOLDER_CLOCK_MHZ=${arg_CLOCK_MHZ} SOLDER_VERSION="${PROJECT_VERSION}"
                   SOLDER_MESSAGES_BAUD=${arg_MESSAGES_BAUD}
                   SOLDER_BOARD="${SOLDER_BOARD}"
                   SOLDER_IMAGE_NAME="${name}"
                   SOLDER_USES_QSPI_FLASH=$<STREQUAL:${SOLDER_IMAGE_WEIGHTS},qspi>)
  target_link_libraries(${elf} PRIVATE solder_interpreter solder_protocol solder_device_flags
                                       solder_warnings)
  set(sections ${CMAKE_CURRENT_SOURCE_DIR}/cortex-m7/sections.ld)
  target_link_options(
    ${elf} PRIVATE -nostartfiles -T${memory_map} -L${CMAKE_CURRENT_SOURCE_DIR}/cortex-m7
           -L${CMAKE_CURRENT_SOURCE_DIR}/cortex-m7/weights/${SOLDER_IMAGE_WEIGHTS}
    -Wl,--gc-sections -Wl,--fatal-warnings -Wl,-Map=${name}.map)
  set_target_properties(${elf} PROPERTIES LINK_DEPENDS "${memory_map};${sections}")
  # A .bin has one start address: what lies outside the chip becomes a second one.
  set(binaries COMMAND ${CMAKE_OBJCOPY} -O binary ${elf} ${name}.bin)
  if(SOLDER_IMAGE_WEIGHTS STREQUAL qspi)
    set(binaries
        COMMAND ${CMAKE_OBJCOPY} -O binary -R .weights ${elf} ${name}.bin
        COMMAND ${CMAKE_OBJCOPY} -O binary -j .weights ${elf} ${name}-qspi.bin)
  endif()
  add_custom_command(
    TARGET ${elf} POST_BUILD
    ${binaries}
    COMMAND ${CMAKE_OBJCOPY} -O ihex ${elf} ${name}.hex
    COMMAND ${repository}/scripts/size_table.sh ${elf}
    BYPRODUCTS ${name}.bin ${name}.hex ${name}.map
    VERBATIM)
endfunction()

# embed(TARGET [NAME FILE]...): FILE becomes embedded_NAME of app/embedded.h; a model lies where the
# constants of compiled ones do.
function(embed target)
  set(embed_lines "")
  set(dependencies "")
  while(ARGN)
    list(POP_FRONT ARGN name file)
    set(section .rodata.embedded_${name})
    if(name STREQUAL model)
      set(section .solder_constants)
    endif()
    string(APPEND embed_lines "embed ${name}, \"${file}\", ${section}\n")
    list(APPEND dependencies ${file})
  endwhile()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${target}.S)
  configure_file(app/embedded.S.in ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${dependencies}")
  target_sources(${target} PRIVATE ${source})
endfunction()

# solder_probe(NAME MODEL.cpp): NAME-probe.elf, the smallest program around the model.
function(solder_probe name model)
  cmake_path(GET model STEM LAST_ONLY model_name)
  cmake_path(GET model PARENT_PATH model_folder)
  set(elf ${name}-probe.elf)
  add_executable(${elf} app/probe.cpp cortex-m7/errno.cpp ${model})
  target_include_directories(${elf} PRIVATE ${repository} ${model_folder})
  target_compile_definitions(${elf} PRIVATE SOLDER_MODEL_HEADER="${model_name}.h"
                                            SOLDER_MODEL_NAMESPACE=${model_name})
  target_link_libraries(${elf} PRIVATE solder_plan solder_device_flags solder_warnings)
  target_link_options(${elf} PRIVATE -nostartfiles -Wl,--gc-sections -Wl,--entry=main)
endfunction()
