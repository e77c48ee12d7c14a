# The version of the whole: of the compiler, and of the runtime where it is built alone.
set(QUANTIR_VERSION 0.1.0)
