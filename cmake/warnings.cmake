# Warnings that all our code is free of.
add_library(solder_warnings INTERFACE)
target_compile_options(solder_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor)
