# What makes code device-safe: no exceptions, RTTI, guarded statics or run-time start-up, and
# sections that the linker can drop one by one. Applied on the host too, so that a violation shows
# before any cross compiler runs.
add_library(solder_device_flags INTERFACE)
target_compile_features(solder_device_flags INTERFACE cxx_std_20)
target_compile_options(
  solder_device_flags
  INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics>
            -ffunction-sections -fdata-sections)

# For what runs once before the first inference: on devices its size counts, not its speed.
add_library(solder_small_code INTERFACE)
if(CMAKE_CROSSCOMPILING)
  target_compile_options(solder_small_code INTERFACE -Os)
endif()
