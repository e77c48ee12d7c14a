//===- ObjectTypes.cpp - The names that ops answer to ---------------------===//

#include "quantir/Vocabulary/ObjectTypes.h"

#include "quantir/dialects/NN/NN.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

#include <cmath>

using namespace mlir;
using namespace quantir;

namespace {

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

constexpr int anyRank = -1;

/// The ops of one name that a row holds for.
enum class Which { All, ReLU6, Hardtanh };

/// PyTorch's names of an op, each list separated by blanks. Modules are in `torch.nn`; `F.` is
/// `torch.nn.functional.`.
struct NamesOfOp {
  const char *op; ///< empty: names for which there is no op
  int spatialRank;
  const char *modules;
  const char *functions;
  const char *methods;
  Which which = Which::All;
};

constexpr NamesOfOp table[] = {
    {"nn.conv", 1, "Conv1d", "torch.conv1d", ""},
    {"nn.conv", 2, "Conv2d", "torch.conv2d", ""},
    {"nn.conv", 3, "Conv3d", "torch.conv3d", ""},
    {"nn.conv_transpose", 1, "ConvTranspose1d", "torch.conv_transpose1d", ""},
    {"nn.conv_transpose", 2, "ConvTranspose2d", "torch.conv_transpose2d", ""},
    {"nn.conv_transpose", 3, "ConvTranspose3d", "torch.conv_transpose3d", ""},
    {"nn.linear", anyRank, "Linear", "F.linear torch.addmm", ""},
    {"nn.matmul", anyRank, "", "torch.matmul operator.matmul torch.bmm", "matmul bmm"},

    {"nn.batch_norm", 1, "BatchNorm1d", "F.batch_norm", ""},
    {"nn.batch_norm", 2, "BatchNorm2d", "F.batch_norm", ""},
    {"nn.batch_norm", 3, "BatchNorm3d", "F.batch_norm", ""},
    {"nn.instance_norm", 1, "InstanceNorm1d", "F.instance_norm", ""},
    {"nn.instance_norm", 2, "InstanceNorm2d", "F.instance_norm", ""},
    {"nn.instance_norm", 3, "InstanceNorm3d", "F.instance_norm", ""},
    {"nn.group_norm", anyRank, "GroupNorm", "F.group_norm", ""},
    {"nn.layer_norm", anyRank, "LayerNorm", "F.layer_norm", ""},

    {"nn.relu", anyRank, "ReLU", "F.relu torch.relu torch.relu_", "relu relu_"},
    {"nn.clamp", anyRank, "ReLU6", "F.relu6", "", Which::ReLU6},
    {"nn.clamp", anyRank, "Hardtanh", "F.hardtanh F.hardtanh_", "", Which::Hardtanh},
    {"nn.clamp", anyRank, "", "torch.clamp", "clamp clamp_"},
    {"nn.leaky_relu", anyRank, "LeakyReLU", "F.leaky_relu F.leaky_relu_", "leaky_relu"},
    {"nn.prelu", anyRank, "PReLU", "F.prelu", "prelu"},
    {"nn.elu", anyRank, "ELU", "F.elu F.elu_", ""},
    {"nn.gelu", anyRank, "GELU", "F.gelu", ""},
    {"nn.sigmoid", anyRank, "Sigmoid", "torch.sigmoid F.sigmoid", "sigmoid sigmoid_"},
    {"nn.tanh", anyRank, "Tanh", "torch.tanh F.tanh", "tanh tanh_"},
    {"nn.hardsigmoid", anyRank, "Hardsigmoid", "F.hardsigmoid", "hardsigmoid hardsigmoid_"},
    {"nn.hardswish", anyRank, "Hardswish", "F.hardswish", ""},
    {"nn.erf", anyRank, "", "torch.erf", "erf"},
    {"nn.sqrt", anyRank, "", "torch.sqrt", "sqrt"},
    {"nn.pow", anyRank, "", "torch.pow operator.pow", "pow"},
    {"nn.softmax", anyRank, "Softmax", "F.softmax torch.softmax", "softmax"},

    {"nn.add", anyRank, "", "operator.add operator.iadd torch.add", "add add_"},
    {"nn.sub", anyRank, "", "operator.sub operator.isub torch.sub", "sub sub_"},
    {"nn.mul", anyRank, "", "operator.mul operator.imul torch.mul", "mul mul_"},
    {"nn.div", anyRank, "", "operator.truediv torch.div", "div div_"},

    {"nn.max_pool", 1, "MaxPool1d", "F.max_pool1d F.boolean_dispatch.<locals>.fn", ""},
    {"nn.max_pool", 2, "MaxPool2d", "F.max_pool2d F.boolean_dispatch.<locals>.fn", ""},
    {"nn.max_pool", 3, "MaxPool3d", "F.max_pool3d F.boolean_dispatch.<locals>.fn", ""},
    {"nn.avg_pool", 1, "AvgPool1d", "torch.avg_pool1d", ""},
    {"nn.avg_pool", 2, "AvgPool2d", "F.avg_pool2d", ""},
    {"nn.avg_pool", 3, "AvgPool3d", "F.avg_pool3d", ""},
    {"nn.adaptive_avg_pool", 1, "AdaptiveAvgPool1d", "torch.adaptive_avg_pool1d", ""},
    {"nn.adaptive_avg_pool", 2, "AdaptiveAvgPool2d", "F.adaptive_avg_pool2d", ""},
    {"nn.adaptive_avg_pool", 3, "AdaptiveAvgPool3d", "F.adaptive_avg_pool3d", ""},
    {"nn.mean", anyRank, "", "torch.mean", "mean"},
    {"nn.interpolate", anyRank, "Upsample UpsamplingNearest2d UpsamplingBilinear2d",
     "F.interpolate F.upsample", ""},

    {"nn.reshape", anyRank, "Unflatten", "torch.reshape", "reshape view"},
    {"nn.flatten", anyRank, "Flatten", "torch.flatten", "flatten"},
    {"nn.transpose", anyRank, "", "torch.transpose torch.permute torch.permute_copy torch.t",
     "transpose permute t"},
    {"nn.squeeze", anyRank, "", "torch.squeeze", "squeeze squeeze_"},
    {"nn.unsqueeze", anyRank, "", "torch.unsqueeze", "unsqueeze unsqueeze_"},
    {"nn.slice", anyRank, "", "operator.getitem", ""},
    {"nn.cat", anyRank, "", "torch.cat torch.concat torch.concatenate", ""},
    {"nn.split", anyRank, "", "torch.split torch.chunk", "split chunk"},
    {"nn.pad", 1, "ConstantPad1d ZeroPad1d", "", ""},
    {"nn.pad", 2, "ConstantPad2d ZeroPad2d", "", ""},
    {"nn.pad", 3, "ConstantPad3d ZeroPad3d", "", ""},
    {"nn.pad", anyRank, "", "F.pad", ""},
    {"nn.expand", anyRank, "", "torch.broadcast_to", "expand"},

    {"nn.embedding", anyRank, "Embedding", "F.embedding", ""},
    {"nn.embedding_bag", anyRank, "EmbeddingBag", "F.embedding_bag", ""},
    {"nn.lstm", anyRank, "LSTM", "", ""},

    {"", anyRank,
     "Identity Dropout Dropout1d Dropout2d Dropout3d PixelShuffle PixelUnshuffle ChannelShuffle "
     "GRU RNN LSTMCell GRUCell RNNCell MultiheadAttention CELU SELU SiLU Mish Softplus "
     "Softsign Hardshrink LogSoftmax LogSigmoid Threshold AdaptiveMaxPool1d AdaptiveMaxPool2d "
     "AdaptiveMaxPool3d Bilinear Sequential",
     "torch.narrow torch.stack torch.repeat_interleave torch.pixel_shuffle torch.pixel_unshuffle "
     "torch.channel_shuffle torch.sum torch.exp torch.rsqrt torch.neg "
     "torch.abs torch.square torch.max torch.min torch.amax torch.log_softmax torch.masked_fill "
     "torch.where "
     "torch.unbind torch.movedim operator.floordiv operator.neg builtins.getattr "
     "F.dropout F.silu F.mish F.celu F.selu F.log_softmax F.softplus F.threshold "
     "F.normalize F.scaled_dot_product_attention F.multi_head_attention_forward "
     "F.adaptive_max_pool1d F.adaptive_max_pool2d F.adaptive_max_pool3d "
     "aten.add.Tensor aten.add_.Tensor aten.addmm.default aten.convolution.default aten.mm.default "
     "aten.relu.default aten.relu_.default aten.max_pool2d_with_indices.default",
     "contiguous detach detach_ repeat repeat_interleave resize_ shape size sum masked_fill float "
     "expand_as view_as unbind numel dim to clone exp neg abs"},
};

/// The modules of torch.ao, by which PyTorch's configurations name what fusion and QAT make.
struct PackageModules {
  const char *package;
  const char *modules;
};

constexpr PackageModules packages[] = {
    {"torch.ao.nn.intrinsic.",
     "BNReLU2d BNReLU3d ConvAdd2d ConvAddReLU2d ConvBn1d ConvBn2d ConvBn3d ConvBnReLU1d "
     "ConvBnReLU2d ConvBnReLU3d ConvReLU1d ConvReLU2d ConvReLU3d LinearBn1d LinearLeakyReLU "
     "LinearReLU LinearTanh"},
    {"torch.ao.nn.intrinsic.qat.", "ConvBn1d ConvBn2d ConvBn3d ConvBnReLU1d ConvBnReLU2d "
                                   "ConvBnReLU3d ConvReLU1d ConvReLU2d ConvReLU3d LinearBn1d "
                                   "LinearReLU"},
    {"torch.ao.nn.qat.", "Conv1d Conv2d Conv3d Embedding EmbeddingBag Linear"},
    {"torch.ao.nn.qat.dynamic.", "Linear"},
    {"torch.ao.nn.quantized.reference.",
     "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d Embedding EmbeddingBag "
     "GRU GRUCell LSTM LSTMCell Linear RNNCell"},
    {"torch.ao.nn.quantizable.", "LSTM LSTMCell MultiheadAttention"},
};

/// Other spellings of the beginning of a name, tried in this order.
struct Prefix {
  const char *spelling;
  const char *canonical;
};

constexpr Prefix prefixes[] = {
    {"torchClass.", "torch."},
    {"torch._C._nn.", "torch.nn.functional."},
    {"_operator.", "operator."},
    {"F.", "torch.nn.functional."},
    {"nn.functional.", "torch.nn.functional."},
    {"nniqat.", "torch.ao.nn.intrinsic.qat."},
    {"nni.", "torch.ao.nn.intrinsic."},
    {"nnqatd.", "torch.ao.nn.qat.dynamic."},
    {"nnqat.", "torch.ao.nn.qat."},
    {"nnqr.", "torch.ao.nn.quantized.reference."},
    {"torch.nn.intrinsic.", "torch.ao.nn.intrinsic."},
    {"torch.nn.qat.", "torch.ao.nn.qat."},
    {"torch.nn.quantizable.", "torch.ao.nn.quantizable."},
    {"torch.Tensor.", ""},
};

/// Functions that torch.nn.functional has under the same name from torch.
constexpr const char *sharedFunctions =
    "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d avg_pool1d "
    "adaptive_avg_pool1d pixel_shuffle pixel_unshuffle channel_shuffle relu_";

constexpr StringLiteral functionalPrefix = "torch.nn.functional.";

//===----------------------------------------------------------------------===//
// The registry: the table, ready for look-ups
//===----------------------------------------------------------------------===//

void forEachName(StringRef list, function_ref<void(StringRef)> callback) {
  SmallVector<StringRef> names;
  list.split(names, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  llvm::for_each(names, callback);
}

std::string expanded(StringRef function) {
  bool inFunctional = function.consume_front("F.");
  return ((inFunctional ? StringRef(functionalPrefix) : StringRef()) + function).str();
}

enum class NameKind { Module, Function, Method, Op };

class Registry {
public:
  /// The canonical names of a row, each pointing into `kinds`.
  struct Row {
    const NamesOfOp *names;
    SmallVector<StringRef> modules, functions, methods;
  };

  static const Registry &get() {
    static const Registry registry;
    return registry;
  }

  /// The canonical name equal to `name`; empty if there is none.
  StringRef find(StringRef name) const {
    auto it = kinds.find(name);
    return it == kinds.end() ? StringRef() : it->getKey();
  }

  std::optional<NameKind> kindOf(StringRef name) const {
    auto it = kinds.find(name);
    return it == kinds.end() ? std::nullopt : std::optional(it->getValue());
  }

  /// The rows of the ops of one name.
  ArrayRef<Row> rowsOf(StringRef opName) const {
    auto it = entries.find(opName);
    return it == entries.end() ? ArrayRef<Row>() : it->getValue();
  }

  /// All canonical names, sorted.
  const std::vector<StringRef> &names() const { return sortedNames; }

private:
  Registry() {
    for (const NamesOfOp &names : table) {
      Row row{&names, {}, {}, {}};
      forEachName(names.modules, [&](StringRef name) {
        row.modules.push_back(add(("torch.nn." + name).str(), NameKind::Module));
      });
      forEachName(names.functions, [&](StringRef name) {
        row.functions.push_back(add(expanded(name), NameKind::Function));
      });
      forEachName(names.methods,
                  [&](StringRef name) { row.methods.push_back(add(name, NameKind::Method)); });
      if (*names.op)
        add(names.op, NameKind::Op);
      entries[names.op].push_back(std::move(row));
    }
    for (const PackageModules &package : packages)
      forEachName(package.modules,
                  [&](StringRef name) { add((package.package + name).str(), NameKind::Module); });
    for (const auto &entry : kinds)
      sortedNames.push_back(entry.getKey());
    llvm::sort(sortedNames);
  }

  StringRef add(StringRef name, NameKind kind) {
    return kinds.try_emplace(name, kind).first->getKey();
  }

  llvm::StringMap<NameKind> kinds;
  std::vector<StringRef> sortedNames;
  llvm::StringMap<SmallVector<Row, 3>> entries;
};

//===----------------------------------------------------------------------===//
// Spellings
//===----------------------------------------------------------------------===//

/// Leaves out the Python file that a class is in: "torch.nn.modules.conv.Conv2d" ->
/// "torch.nn.Conv2d".
std::string withoutFile(StringRef name) {
  auto [package, rest] = name.split(".modules.");
  return rest.empty() ? name.str() : (package + "." + rest.rsplit('.').second).str();
}

std::string withCanonicalPrefix(StringRef spelling) {
  for (const Prefix &prefix : prefixes)
    if (StringRef rest = spelling; rest.consume_front(prefix.spelling))
      return (prefix.canonical + rest).str();
  // "nn.Conv2d" is a class of PyTorch, "nn.conv" an op of the IR.
  if (spelling.starts_with("nn.") && spelling.size() > 3 && llvm::isUpper(spelling[3]))
    return ("torch." + spelling).str();
  return spelling.str();
}

StringRef findBareName(StringRef name) {
  const Registry &registry = Registry::get();
  for (StringRef prefix : {"", "torch.nn.", "torch.", "torch.nn.functional.", "operator."})
    if (StringRef found = registry.find((prefix + name).str()); !found.empty())
      return found;
  return "";
}

bool isSharedFunction(StringRef name) {
  bool found = false;
  forEachName(sharedFunctions, [&](StringRef shared) { found |= shared == name; });
  return found;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// The spatial dimensions of the op's input; a batch norm of [N, C] counts as one of [N, C, L], as
/// it does in PyTorch.
int spatialRankOf(Operation *op) {
  if (op->getNumOperands() == 0)
    return anyRank;
  auto type = dyn_cast<ShapedType>(op->getOperand(0).getType());
  return type && type.hasRank() ? std::max<int>(1, type.getRank() - 2) : anyRank;
}

bool holdsFor(Which which, Operation *op) {
  if (which == Which::All)
    return true;
  auto min = op->getAttrOfType<FloatAttr>("min"), max = op->getAttrOfType<FloatAttr>("max");
  if (!min || !max)
    return false;
  bool isReLU6 = min.getValueAsDouble() == 0 && max.getValueAsDouble() == 6;
  if (which == Which::ReLU6)
    return isReLU6;
  return !isReLU6 && std::isfinite(min.getValueAsDouble()) && std::isfinite(max.getValueAsDouble());
}

StringRef stringAttr(Operation *op, StringRef name) {
  auto attr = op->getAttrOfType<StringAttr>(name);
  return attr ? attr.getValue() : StringRef();
}

} // namespace

std::string quantir::canonicalObjectType(StringRef spelling) {
  const Registry &registry = Registry::get();
  std::string name = withoutFile(withCanonicalPrefix(spelling));
  if (StringRef found = registry.find(name); !found.empty())
    return found.str();
  StringRef rest = name;
  if (rest.consume_front(functionalPrefix))
    return isSharedFunction(rest) ? ("torch." + rest).str() : std::string();
  return rest.contains('.') ? std::string() : findBareName(rest).str();
}

/// The rows of the table that hold for `op`.
static SmallVector<const Registry::Row *> rowsFor(Operation *op) {
  SmallVector<const Registry::Row *> rows;
  for (const Registry::Row &row : Registry::get().rowsOf(op->getName().getStringRef())) {
    const NamesOfOp &names = *row.names;
    if (holdsFor(names.which, op) &&
        (names.spatialRank == anyRank || names.spatialRank == spatialRankOf(op)))
      rows.push_back(&row);
  }
  return rows;
}

SmallVector<StringRef> quantir::moduleTypesOf(Operation *op) {
  SmallVector<StringRef> types;
  for (const Registry::Row *row : rowsFor(op))
    types.append(row->modules);
  return types;
}

SmallVector<StringRef> quantir::objectTypesOf(Operation *op) {
  SmallVector<StringRef> types;
  if (StringRef target = stringAttr(op, nn::targetAttrName); !target.empty()) {
    StringRef canonical = Registry::get().find(canonicalObjectType(target));
    return {canonical.empty() ? target : canonical, op->getName().getStringRef()};
  }
  StringRef opName = op->getName().getStringRef(), call = stringAttr(op, nn::callAttrName);
  SmallVector<StringRef> functions, methods;
  for (const Registry::Row *row : rowsFor(op)) {
    if (call != "function")
      types.append(row->modules);
    if (call != "module") {
      functions.append(row->functions);
      methods.append(row->methods);
    }
  }
  types.append(functions);
  types.append(methods);
  types.push_back(opName);
  return types;
}

bool quantir::hasObjectType(Operation *op, StringRef canonical) {
  return llvm::is_contained(objectTypesOf(op), canonical);
}

bool quantir::isFunctionType(StringRef canonical) {
  std::optional<NameKind> kind = Registry::get().kindOf(canonical);
  return kind == NameKind::Function || kind == NameKind::Method;
}

std::vector<StringRef> quantir::allObjectTypes() { return Registry::get().names(); }
