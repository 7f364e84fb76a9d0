# For code that is built more often than its speed counts, tests and commands: a third less time to
# compile. (Under sanitizers less than -O1 would cost more when tests run.)
add_library(solder_quick_build INTERFACE)
target_compile_options(solder_quick_build INTERFACE -O1)
