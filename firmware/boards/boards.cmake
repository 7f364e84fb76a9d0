# What each SOLDER_BOARD is: the folder of its sources, and the compiler's flags for its core. The
# FPU of the STM32F746 is single precision only.
set(boards_folder ${CMAKE_CURRENT_LIST_DIR})
if(SOLDER_BOARD STREQUAL stm32f746g-disco)
  set(board_folder ${boards_folder}/stm32f746g-disco)
  set(board_flags "-mcpu=cortex-m7 -mfpu=fpv5-sp-d16 -mfloat-abi=hard")
elseif(SOLDER_BOARD STREQUAL mps2-an500)
  set(board_folder ${boards_folder}/mps2)
  set(board_flags "-mcpu=cortex-m7 -mfpu=fpv5-sp-d16 -mfloat-abi=hard")
elseif(SOLDER_BOARD STREQUAL mps2-an386)
  set(board_folder ${boards_folder}/mps2)
  set(board_flags "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard")
elseif(SOLDER_BOARD STREQUAL mps2-an385)
  set(board_folder ${boards_folder}/mps2)
  set(board_flags "-mcpu=cortex-m3 -mfloat-abi=soft")
else()
  message(FATAL_ERROR "SOLDER_BOARD: there is no board '${SOLDER_BOARD}'; firmware/boards/boards.cmake "
                      "lists them")
endif()
