//===- EmbeddingBag.h - The loop that an embedding bag is exported as -*- C++ -*-===//
//
// ONNX has no embedding bag. PyTorch's exporter writes a Loop over the bags, whose body slices the
// indices of one bag, gathers their rows of the table and reduces them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_EMBEDDINGBAG_H
#define QUANTIR_LIB_FRONTEND_ONNX_EMBEDDINGBAG_H

#include "Registry.h"

namespace quantir::importer {

/// Makes each such Loop of the graph a node EmbeddingBag of the domain `quantir`: inputs indices,
/// offsets and table; attributes `mode` ("sum", "mean" or "max") and `include_last_offset`. A Loop
/// is known by its dataflow; names do not matter. Other loops stay as they are.
void foldEmbeddingBags(::onnx::GraphProto &graph);

/// The row for that node, or null for another one.
const Operator *findEmbeddingBag(const ::onnx::NodeProto &node);

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_EMBEDDINGBAG_H
