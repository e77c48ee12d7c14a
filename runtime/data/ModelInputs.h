//===- ModelInputs.h - Data files as the inputs of a model ------*- C++ -*-===//
//
// Matches the arrays of a data file with a model's inputs and hands them out sample by sample.
// Float32 and integer arrays are in the model's own layout; uint8 arrays are images [N, H, W, C],
// which become float32 [N, C, H, W] on the way.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_DATA_MODELINPUTS_H
#define QUANTIR_RUNTIME_DATA_MODELINPUTS_H

#include "runtime/data/ArrayFile.h"

#include "quantir/Runtime/Batched.h"
#include "quantir/Runtime/Plan.h"

namespace quantir::runtime {

/// Error unless mean and std have one entry, or `channels`, all finite and std not zero. `channels`
/// 0: unknown.
Status validatePreprocessing(const Preprocessing &preprocessing, int64_t channels);

/// Parses "0.485,0.456,0.406". `option` ("--mean") is for messages.
Result<std::vector<float>> parseChannelValues(std::string_view text, std::string_view option);

/// The samples of a data set, one array for each input of a model.
class ModelInputs {
public:
  /// Binds `arrays` to `inputs`: a single array to a single input, otherwise by name. Shapes must
  /// agree but for the dimension that counts samples and dimensions of size 1 ([N, 8, 8] serves a
  /// model of [N, 1, 8, 8]); where samples are not the model's leading dimension, the array may
  /// have them in front. Beside inputs with a dynamic batch, one without it is one array for all
  /// samples. `knownBatch` is the batch of a plan without a dynamic one. Errors: a name, type or
  /// shape that does not fit, no samples, inputs with different numbers of samples, uint8 images
  /// without `preprocessing`.
  static Result<ModelInputs> bind(std::vector<NamedArray> arrays,
                                  std::span<const TensorInfo> inputs,
                                  const std::optional<Preprocessing> &preprocessing,
                                  std::optional<int64_t> knownBatch = std::nullopt);

  /// Loads what the inputs of `plan` need of `path` and binds it to them. Messages begin with the
  /// path.
  static Result<ModelInputs> load(const std::string &path, const Plan &plan,
                                  const std::optional<Preprocessing> &preprocessing);

  int64_t samples() const { return samples_; }

  /// Whether some input is made from uint8 images.
  bool hasImages() const;

  /// For the user: a conversion from float64, an array that is not used.
  const std::vector<std::string> &notes() const { return notes_; }

  /// For BatchRunner::run. This object must outlive it.
  SampleSource source() const;

  /// As `source`, for calibration: a sample with a NaN in it is an error that names the sample.
  /// Infinities pass, such as those of an attention mask: histograms leave them out.
  SampleSource calibrationSource() const;

private:
  struct Binding {
    std::string name;
    DType dtype = DType::Float32; ///< the model's
    std::vector<int64_t> dims;    ///< all samples
    Bytes elements;               ///< of the model's type; images: bytes
    size_t axis = 0;              ///< the dimension that counts samples
    /// How many entries of that dimension make up one sample; 0: all serve every sample.
    int64_t rowsPerSample = 1;
    /// For images: channels, and for each channel what each byte becomes.
    int64_t channels = 0;
    std::vector<float> table;

    bool isImages() const { return !table.empty(); }
  };

  static Result<ModelInputs> bindAssigned(std::vector<NamedArray> assigned,
                                          std::span<const TensorInfo> inputs,
                                          const std::optional<Preprocessing> &preprocessing,
                                          std::vector<std::string> notes, int64_t fixedBatch);
  static Status bindImages(const Array &array, const TensorInfo &input,
                           const std::optional<Preprocessing> &preprocessing, Binding &binding);
  static Result<Binding> bindOne(NamedArray array, const TensorInfo &input, int64_t rowsPerSample,
                                 const std::optional<Preprocessing> &preprocessing);
  void fill(const Binding &binding, int64_t first, int64_t count, void *to) const;
  void fillImages(const Binding &binding, int64_t first, int64_t count, float *to) const;
  Status fillAll(int64_t first, int64_t count, std::span<const TensorView> inputs,
                 bool refuseNaN) const;

  std::vector<Binding> bindings;
  std::vector<std::string> notes_;
  int64_t samples_ = 0;
};

/// Class labels: integers, one per sample.
Result<std::vector<int64_t>> loadLabels(const std::string &path);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_MODELINPUTS_H
