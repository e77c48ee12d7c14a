//===- NNOps.td - All ops of the nn dialect -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNOPS_TD
#define QUANTIR_DIALECTS_NN_NNOPS_TD

include "quantir/dialects/NN/NNConvOps.td"
include "quantir/dialects/NN/NNElementwiseOps.td"
include "quantir/dialects/NN/NNLinearOps.td"
include "quantir/dialects/NN/NNNormOps.td"
include "quantir/dialects/NN/NNPoolOps.td"
include "quantir/dialects/NN/NNSequenceOps.td"
include "quantir/dialects/NN/NNResampleOps.td"
include "quantir/dialects/NN/NNShapeOps.td"

#endif // QUANTIR_DIALECTS_NN_NNOPS_TD
