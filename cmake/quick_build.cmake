# For code that is built more often than its speed counts, tests and commands: a third less time to
# compile.
add_library(solder_quick_build INTERFACE)
target_compile_options(solder_quick_build INTERFACE $<IF:$<BOOL:${SOLDER_SANITIZE}>,-O0,-O1>)
