package io.flotilla.conversion.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.flotilla.bundle.failure.Printable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Raises a model's opset where none of its operators changes its meaning on the way. Which do is
 * told by the change log of the ONNX operators: new types, defaults and negative axes change
 * nothing for a model that does not use them.
 */
public final class Opsets {
  /** The oldest opset that is rewritten: from here on, shapes broadcast as they do now. */
  public static final long OLDEST = 7;

  /** The opset that dynamic int8 needs, and the highest that this class raises to. */
  public static final long DYNAMIC_INT8 = 11;

  private static final Set<String> DEFAULT_DOMAINS = Set.of("", "ai.onnx");

  /** Opset at which an operator's form or meaning changed between 7 and 11. */
  private static final Map<String, Long> CHANGED_AT =
      Map.ofEntries(
          Map.entry("BatchNormalization", 9L),
          Map.entry("Upsample", 9L),
          Map.entry("Scan", 9L),
          Map.entry("Slice", 10L),
          Map.entry("TopK", 10L),
          Map.entry("Clip", 11L),
          Map.entry("Pad", 11L),
          Map.entry("Resize", 11L),
          Map.entry("Scatter", 11L));

  /** Operators that mean the same from opset 7 to 11. */
  private static final Set<String> UNCHANGED =
      Set.of(
          """
          Abs Acos Add And ArgMax ArgMin Asin Atan AveragePool Cast Ceil Concat Constant
          ConstantOfShape Conv ConvTranspose Cos DepthToSpace Div Dropout Elu Equal Erf Exp Expand
          Flatten Floor GRU Gather Gemm GlobalAveragePool GlobalMaxPool Greater HardSigmoid Hardmax
          Identity If InstanceNormalization LRN LSTM LeakyRelu Less Log LogSoftmax Loop MatMul Max
          MaxPool Mean Min Mul Neg NonZero Not OneHot Or PRelu Pow RNN Reciprocal ReduceL1 ReduceL2
          ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
          ReduceSumSquare Relu Reshape Selu Shape Sigmoid Sign Sin Size Softmax Softplus Softsign
          SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh Tile Transpose Unsqueeze Where Xor
          """
              .split("\\s+"));

  private Opsets() {}

  /**
   * The first reason why a model's opset cannot be raised to {@link #DYNAMIC_INT8}, as the end of a
   * sentence; empty if it can, or is as high already.
   *
   * @param opset the model's own, of the default domain
   */
  public static Optional<String> obstacle(ModelProto model, long opset) {
    if (opset >= DYNAMIC_INT8) {
      return Optional.empty();
    }
    if (model.getFunctionsCount() > 0) {
      return Optional.of("it has functions of its own");
    }
    return obstacle(model.getGraph(), opset);
  }

  /** The same model with the default domain at {@link #DYNAMIC_INT8}, or as it is if higher. */
  public static ModelProto raise(ModelProto model) {
    ModelProto.Builder builder = model.toBuilder();
    for (OperatorSetIdProto.Builder opset : builder.getOpsetImportBuilderList()) {
      if (DEFAULT_DOMAINS.contains(opset.getDomain())) {
        opset.setVersion(Math.max(opset.getVersion(), DYNAMIC_INT8));
      }
    }
    return builder.build();
  }

  private static Optional<String> obstacle(GraphProto graph, long opset) {
    for (NodeProto node : graph.getNodeList()) {
      if (!Nodes.isStandard(node)) {
        continue;
      }
      String operator = node.getOpType();
      Long changed = CHANGED_AT.get(operator);
      if (changed != null && changed > opset && !keepsMeaning(node, opset)) {
        return Optional.of(
            "its %s %s changed in opset %d".formatted(operator, Nodes.describe(node), changed));
      }
      if (changed == null && !UNCHANGED.contains(operator)) {
        return Optional.of(
            "nothing is known of how its %s changed".formatted(Printable.of(operator)));
      }
      List<GraphProto> subgraphs = Nodes.subgraphs(node);
      for (GraphProto inner : subgraphs) {
        Optional<String> obstacle = obstacle(inner, opset);
        if (obstacle.isPresent()) {
          return obstacle;
        }
      }
    }
    return Optional.empty();
  }

  /** Batch normalisation lost an attribute that hardly any model sets. */
  private static boolean keepsMeaning(NodeProto node, long opset) {
    return node.getOpType().equals("BatchNormalization")
        && opset >= OLDEST
        && Nodes.find(node, "spatial").isEmpty();
  }
}
