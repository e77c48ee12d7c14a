# The version of the whole: of the compiler, and of the runtime where it is built alone.
set(QUANTIR_VERSION_MAJOR 0)
set(QUANTIR_VERSION_MINOR 1)
set(QUANTIR_VERSION_PATCH 0)
set(QUANTIR_VERSION ${QUANTIR_VERSION_MAJOR}.${QUANTIR_VERSION_MINOR}.${QUANTIR_VERSION_PATCH})
