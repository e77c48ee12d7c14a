// Quantizes a model: quantize-model MODEL CALIBRATION PLAN. What `quantir quantize` does, as a
// library.

#include "quantir/Base/Files.h"
#include "quantir/Compiler.h"

#include <cstdio>

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: quantize-model MODEL CALIBRATION PLAN\n");
    return 2;
  }
  quantir::QuantizeOptions options;
  // Mean and standard deviation of the images that the example was trained on.
  options.model.preprocessing = quantir::runtime::Preprocessing{{0.305f}, {0.376f}};
  quantir::Result<quantir::QuantizedModel> model =
      quantir::quantize(argv[1], quantir::calibrationFile(argv[2]), options);
  quantir::Status status =
      model ? quantir::writeFile(argv[3], std::as_bytes(std::span(model->plan))) : model.status();
  if (!status) {
    std::fprintf(stderr, "error: %s\n", status.message().c_str());
    return 1;
  }
  std::printf("%s", model->report.toText().c_str());
}
